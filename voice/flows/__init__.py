"""What a call says and asks, one module per part of the call; pure functions."""
