"""A number that has a coming visit: keep or change that one, or book one for somebody else.

One coming visit for each person. Staff read who the second one is for. A caller whom nobody vouches
for is not told that there is a visit, since anybody can show or key in another's number.
"""

from voice.dialogue.call import Call
from voice.dialogue.limit_results import OverLimit
from voice.dialogue.questions import Choice, Question
from voice.dialogue.turns import Ending
from voice.dialogue.visit_effects import CountVisits
from voice.flows.existing_visit import existing_visit
from voice.flows.triage import Answers
from voice.language import Text


class ForWhom(Choice):
    """For a caller who has a visit."""

    OWN = "1", Text("To keep or change it", "Para ver esa cita")
    OTHER = "2", Text("To book for somebody else", "Si es para otra persona")


class ForWhomUnknown(Choice):
    """For a caller who may have a visit."""

    OWN = "1", Text("If you have one already", "Si ya tiene una")
    OTHER = "2", Text("To book for somebody else", "Si es para otra persona")


HAS_ONE = Question(
    "second", Text("You have a visit with us already.", "Usted ya tiene una cita."), ForWhom
)
ONE_EACH = Question(
    "second.unverified",
    Text("One visit for each person, please.", "Una cita por persona, por favor."),
    ForWhomUnknown,
)
AS_MANY_AS_MAY_BE = Text(
    "This number can not have one more visit by phone. Our staff will help you.",
    "Con este número no puedo reservar una cita más. Nuestro personal le ayudará.",
)
SOMEBODY_ELSE: Answers = (("For", "somebody else at this number, who has another visit"),)
"""What staff read about whom the visit is for."""


def for_whom(call: Call) -> Answers | Ending | OverLimit:
    """Whom the visit is for, as staff read it, asked if the caller's number has one already.

    The end of the call for a caller who kept or changed the visit that there is. OverLimit when the
    number has as many as it may: no use to ask about the foot.
    """
    whom = _ask(call) if call.has_visit else ()
    if whom is not SOMEBODY_ELSE:
        return whom
    counted = call.needs("second.limit", CountVisits(call.caller))
    return OverLimit() if counted.coming == "full" else whom


def for_whom_keyed(call: Call, number: str) -> Answers | Ending | OverLimit:
    """The same for a number that was keyed in; OverLimit when it has as many as it may."""
    match call.needs("second.count", CountVisits(number)).coming:
        case "full":
            return OverLimit()
        case "some":
            return _ask(call)
        case "none":
            return ()


def _ask(call: Call) -> Answers | Ending:
    while (call.ask(HAS_ONE) if call.vouched else call.ask(ONE_EACH)).key == ForWhom.OWN.key:
        ending = existing_visit(call)
        if ending is not None:
            return ending
    return SOMEBODY_ELSE
