"""When the clinic is free, who has which time, and what staff did about it."""
