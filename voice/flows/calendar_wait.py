"""The wait for the calendar after a yes: what is said, and how often the outcome is checked."""

from voice.language import Text

ONE_MOMENT = Text("One moment, please.", "Un momento.")
MAX_CHECKS = 5
"""How often to check before telling the caller that the outcome is open."""
