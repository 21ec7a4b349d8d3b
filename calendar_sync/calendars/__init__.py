"""What the line asks of a calendar, and the calendars that answer."""
