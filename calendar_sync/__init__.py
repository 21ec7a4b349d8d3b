"""When the clinic is free, who has which time, and what staff changed in the calendar."""
