"""Who has which time, in the database."""
