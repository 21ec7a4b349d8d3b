"""When the clinic is free: pure functions of time, without a clock or a database."""
