"""Deletes what is stored about people: all of it after a time, and one person's when asked."""
