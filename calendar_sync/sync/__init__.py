"""Jobs that make the calendar and the bookings agree."""
