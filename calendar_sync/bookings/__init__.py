"""Who has which time, as the database keeps it."""
