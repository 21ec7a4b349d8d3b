"""Tells the clinic when the line needs somebody: once, then daily, and when it is over."""
