"""The clinic's own voice: which prompts can be recorded, their audio files, and the route."""
