"""Alerts the clinic to problems of the line: once, then daily, and when they end."""
