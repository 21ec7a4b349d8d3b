"""The story of a call, told by one flow after the other."""
