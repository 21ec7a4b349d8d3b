"""Which triage answers staff may want to look at sooner, and why.

Neither a diagnosis nor advice: the caller hears nothing of it and it blocks nothing. It colors the
event and gives the reason there; staff decide. The safety questions are separate.
"""

from voice.dialogue.effects import LOOK_SOON
from voice.flows.triage import PAIN_LABEL, UNSTEADY_LABEL, Answers

STRONG_PAIN = 8
"""Of 10. Eight and up is commonly called severe and may need an earlier visit."""


def look_soon(answers: Answers) -> Answers:
    """One chart line with the reasons, or none.

    Duration does not count: neither weeks nor years are a reason to hurry. A skipped question is
    no reason either.
    """
    said = dict(answers)
    pain = said.get(PAIN_LABEL, "")
    reasons = [
        *(["less steady or weaker"] if said.get(UNSTEADY_LABEL) == "yes" else []),
        *([f"pain {pain} of 10"] if pain.isdigit() and int(pain) >= STRONG_PAIN else []),
    ]
    return ((LOOK_SOON, ", ".join(reasons)),) if reasons else ()
