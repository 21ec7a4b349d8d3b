"""The phone to try the line with: a player of TwiML, and its faces."""
