"""The beginning of a call, as the clinic wants calls answered: by staff, the line, or not now.

The line says what to do in an emergency before anything else, so also before it rings staff.
"""

from voice.dialogue.call import Call
from voice.dialogue.effects import SeeStaffPhone
from voice.dialogue.questions import Choice, Question
from voice.dialogue.turns import Connected, Ending
from voice.flows.clinical_wording import EMERGENCY
from voice.flows.greeting import main_flow
from voice.flows.transfer import ASKED, NO_ANSWER, RING_SECONDS, TRANSFER, call_back
from voice.language import NOTHING, Text

STAFF_FIRST_SECONDS = 15


class Paused(Choice):
    """What a caller can do while no visits are booked."""

    CALL_BACK = "1", Text("To have our staff call you", "Para que nuestro personal le llame")


CLINIC = Text("{clinic}.", "{clinic}.")
NOT_NOW = Text(
    "We can not book visits on this line right now.",
    "Por ahora no podemos dar citas por esta línea.",
)
IN_SPANISH = Text("For English, press 9.", "Para español, oprima nueve.")
PAUSED = Question(
    "routing.paused",
    CLINIC.then(EMERGENCY) + NOT_NOW,
    Paused,
    aside=EMERGENCY + NOT_NOW + IN_SPANISH,
)


def answered(call: Call) -> Ending:
    """A whole call, answered as the routing at its beginning says."""
    match call.routing:
        case "paused":
            call.ask(PAUSED)
            return call_back(call, ASKED)
        case "staff-first":
            taken = _staff_take_it(call, STAFF_FIRST_SECONDS, at={"open", "closed"})
        case "after-hours":
            taken = _staff_take_it(call, RING_SECONDS, at={"open"})
        case _:
            taken = False
    return Connected() if taken else main_flow(call)


def _staff_take_it(call: Call, seconds: int, at: set[str]) -> bool:
    """Ring staff if their phone's state is one of ``at``; whether they took the call."""
    if call.needs("routing.phone", SeeStaffPhone()).state not in at:
        return False
    call.say(CLINIC.then(EMERGENCY) + TRANSFER)
    call.say(EMERGENCY + TRANSFER, aside=True)
    if call.ring("routing.ring", NOTHING, seconds, why="new"):
        return True
    call.say(NO_ANSWER)
    return False
