"""Google Calendar, through Google's own client."""
