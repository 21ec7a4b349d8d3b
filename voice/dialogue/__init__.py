"""The vocabulary of the flows: calls, questions, effects, replay, TwiML."""
