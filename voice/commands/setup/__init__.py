"""`screening-line setup`: asks what a live line needs, sets up Twilio and Google."""
