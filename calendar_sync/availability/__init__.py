"""When the clinic is free: pure rules of time, without a clock or a database."""
