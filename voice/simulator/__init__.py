"""A phone that behaves as Twilio does, for trying and testing the line without an account."""
