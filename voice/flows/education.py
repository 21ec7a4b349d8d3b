"""How the back can cause foot pain: the article in about a minute, for those who stay."""

from voice.dialogue.call import Call
from voice.flows.clinical_wording import NOT_ADVICE, SUMMARY
from voice.language import Text

INVITATION = Text(
    "To book a free video screening, press 1, or stay on the line.¦ Or email {email}.",
    "Para una cita de video gratis, oprima 1, o espere.¦ O escriba a {email}.",
)


def education(call: Call) -> tuple[int, ...]:
    """Tell the parts; 1 goes straight on to booking. Returns the parts heard to their end."""
    told = call.tell("summary", SUMMARY, leave="1")
    if not told.left:
        call.tell("summary.next", (NOT_ADVICE + INVITATION,))
    return told.heard
