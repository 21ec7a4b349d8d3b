"""Which answers make staff want to look sooner, and why; the only place that says so.

No diagnosis and no advice: the caller hears nothing of it, nobody is sent away for it, and the
safety questions are another matter. It colours the event and says in it why. Staff decide.
"""

from voice.flows.triage import Answers

LABEL = "Look soon"
"""Of the line in the event; `calendar_sync.bookings.event_text` colours events by it."""
STRONG_PAIN = 8
"""Of 10. Eight and more is commonly called severe, and may need an earlier appointment."""
_UNSTEADY, _PAIN = "Less steady, or weaker on one side", "Pain, 0 to 10"


def look_soon(answers: Answers) -> Answers:
    """One line for staff, or none.

    How long it has lasted does not count: years of it are no reason to hurry, weeks of it neither.
    Skipped is no answer, so it is no reason either.
    """
    said = dict(answers)
    pain = said.get(_PAIN, "")
    reasons = [
        *(["less steady or weaker"] if said.get(_UNSTEADY) == "yes" else []),
        *([f"pain {pain} of 10"] if pain.isdigit() and int(pain) >= STRONG_PAIN else []),
    ]
    return ((LABEL, ", ".join(reasons)),) if reasons else ()
