"""What staff hear when they answer, before the caller: a language and a reason, no health answer.

Anyone near the phone may hear it, and a voicemail box may record it.
"""

from voice.dialogue.turns import Spoken
from voice.language import PAUSE

_LANGUAGES = {"es": "The caller speaks Spanish.", "en": ""}
_REASONS = {
    "new": "A new call on the screening line.",
    "person": "A caller on the screening line asks for a person.",
    "visit": "A caller on the screening line has a visit already.",
    "urgent": "Urgent: a caller on the screening line, who was told what to do, asks for a person.",
}
_OTHER = "A caller on the screening line."


def whisper(language: str, why: str) -> Spoken:
    """The words, for the codes of a ring's URL; they end by asking for a key."""
    said = (_REASONS.get(why, _OTHER), _LANGUAGES.get(language, ""), "To take the call, press 1.")
    return Spoken(f"{PAUSE} ".join(part for part in said if part), "en")
