"""What the line asks of a calendar, and the two calendars that can answer."""
