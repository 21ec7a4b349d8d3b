"""A visit that is already booked: who may hear of it, and which one it is.

A caller is known by a number that the carrier vouches for, or by the visit code. The caller ID
alone is never enough: anybody can show another number than their own.
"""

from voice.dialogue import speech
from voice.dialogue.call import Call
from voice.dialogue.questions import Choice
from voice.dialogue.turns import Ending
from voice.dialogue.visit_effects import FindVisits, FoundVisits, Visit
from voice.flows import therapists
from voice.flows.transfer import transfer_to_staff
from voice.flows.visit_code import visits_by_code
from voice.flows.visit_menu import Next, one_visit
from voice.language import Text


class OtherVisit(Choice):
    """The choice offered beside several visits of one number."""

    CODE = "5", Text("For a different visit", "Si es otra cita")


OUR_STAFF = Text(
    "Our staff will help you keep, move, or cancel your visit.",
    "Nuestro personal le ayudará a confirmar, cambiar o cancelar su cita.",
)
WHICH = Text("Which visit?", "¿Qué cita?")
ONE = Text("For {time}", "La del {time}")
MAX_NAMED = 2
"""As many as a number may have; more names would make a prompt too long to remember."""


def existing_visit(call: Call) -> Ending | None:
    """Find the visit and do what its patient wants; None for a caller who wants to book one.

    No answer never changes anything. Staff help a caller who can not be known.
    """
    visits = _own_visits(call) or visits_by_code(call)
    while visits:
        match _which(call, visits):
            case Visit() as visit:
                after = one_visit(call, visit)
            case OtherVisit.CODE:
                after = Next.ANOTHER
        match after:
            case Next.ANOTHER:
                visits = visits_by_code(call)
            case Next.BOOK:
                return None
            case Next.STAFF:
                break
            case ending:
                return ending
    call.say(OUR_STAFF)
    return transfer_to_staff(call, why="visit")


def _own_visits(call: Call) -> tuple[Visit, ...]:
    """The visits of the caller's number, for a caller whom the carrier vouches for."""
    if not call.vouched:
        return ()
    found = call.needs("visit.find", FindVisits())
    return found.visits if isinstance(found, FoundVisits) else ()


def _which(call: Call, visits: tuple[Visit, ...]) -> Visit | OtherVisit:
    """The only visit, or the one that the caller chooses."""
    if len(visits) == 1:
        return visits[0]

    def spoken() -> list[Text]:
        return [
            ONE.about(time=speech.day_and_time(each.opening.start, call.zone)).then(
                therapists.named(call, each.opening)
            )
            for each in visits[:MAX_NAMED]
        ]

    return call.choose("visit.which", WHICH, visits[:MAX_NAMED], spoken, OtherVisit)
