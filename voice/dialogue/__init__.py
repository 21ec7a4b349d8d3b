"""What the flows are written in: a call, its questions, its replay, and TwiML."""
