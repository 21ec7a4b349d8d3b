"""The waiting list: who wants an earlier time, and what they were offered."""
