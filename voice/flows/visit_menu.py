"""What a caller can do with one visit: keep it, move it, cancel it, hear how to join.

The caller hears its day and time, and never an answer or a name. What can be done follows from how
the visit stands when the call reaches this menu, and is checked again when something is done.
"""

from enum import Enum, auto

from voice.dialogue import speech
from voice.dialogue.call import Call
from voice.dialogue.questions import Choice, Question
from voice.dialogue.turns import Ending
from voice.dialogue.visit_effects import FoundVisits, KeepVisit, SeeVisit, Visit, VisitChanged
from voice.flows import therapists
from voice.flows.cancel_visit import CHANGED, cancel_visit
from voice.flows.how_to_join import how_to_join
from voice.flows.move_visit import move_visit
from voice.flows.transfer import IF_WORSE, transfer_to_staff
from voice.language import Text


class Next(Enum):
    """What follows when the caller is done with a visit, and the call is not over."""

    ANOTHER = auto()
    BOOK = auto()
    STAFF = auto()


class VisitMenu(Choice):
    """For a visit that has not begun."""

    KEEP = "1", Text("To keep it", "Si no cambia")
    MOVE = "2", Text("To move it", "Para moverla")
    CANCEL = "3", Text("To cancel it", "Para cancelarla")
    JOIN = "4", Text("For the video link", "Para el enlace")
    ANOTHER = "5", Text("For a different visit", "Si es otra cita")


class BegunMenu(Choice):
    """For a visit that goes on now."""

    JOIN = "1", Text("For the video link", "Para el enlace")
    STAFF = "2", Text("To talk to our staff", "Para hablar con alguien")


class CancelledMenu(Choice):
    """For a visit that staff cancelled."""

    BOOK = "1", Text("To book another time", "Para otra hora")
    STAFF = "2", Text("To talk to our staff", "Para hablar con alguien")


IT_IS = Question(
    "visit",
    Text("Your visit is on {time}, {zone}.", "Su cita es el {time}. En {zone}."),
    VisitMenu,
)
BEGUN = Question(
    "visit.begun", Text("Your visit began {time}.", "Su cita comenzó {time}."), BegunMenu
)
CANCELLED = Question(
    "visit.gone",
    Text(
        "Our staff have canceled your visit on {time}.",
        "Nuestro personal canceló su cita del {time}.",
    ),
    CancelledMenu,
)
MOVED_BY_STAFF = Text(
    "Our staff moved your visit to {time}, {zone}.",
    "Movimos su cita al {time}. En {zone}.",
)
SHORT = {
    IT_IS.words: Text("Your visit is on {time}.", "Su cita es el {time}."),
    MOVED_BY_STAFF: Text("Our staff moved your visit to {time}.", "Movimos su cita al {time}."),
}
"""The same after another sentence, without the zone, so that the menu is not too long."""
PENDING = Text(
    "Your visit on {time} is still being saved. I can not change it yet.",
    "Su cita del {time} se está guardando. Aún no la puedo cambiar.",
)
MOVING = Text(
    "Your visit on {time} is being moved right now.",
    "Su cita del {time} se está cambiando ahora.",
)
NOT_BOOKED = Text("That visit is not booked any more.", "Esa cita ya no está reservada.")
KEPT = Text(
    "Thank you. Your visit stays on {time}, {zone}.", "Gracias. Su cita sigue el {time}, {zone}."
)


def one_visit(call: Call, visit: Visit) -> Ending | Next:
    """Offer what can be done with a visit until the caller is done with it."""
    while True:
        done = _offer(call, visit)
        if done is not None:
            return done
        match call.needs("visit.see", SeeVisit(visit.id)):
            case FoundVisits(visits=(seen, *_)):
                visit = seen
            case _:
                call.say(NOT_BOOKED)
                return Next.STAFF


def _offer(call: Call, visit: Visit) -> Ending | Next | None:
    """Offer what can be done as the visit stands; None to look at it again."""
    when = speech.day_and_time(visit.opening.start, call.zone)
    match visit.state:
        case "booked":
            return _booked(call, visit, when)
        case "begun":
            began = BEGUN.words.about(time=speech.time_of_day(visit.opening.start, call.zone))
            if call.ask(BEGUN, began) is BegunMenu.JOIN:
                how_to_join(call, visit)
                return None
            return transfer_to_staff(call, why="visit")
        case "cancelled":
            if call.ask(CANCELLED, CANCELLED.words.about(time=when)) is CancelledMenu.BOOK:
                return Next.BOOK
            return transfer_to_staff(call, why="visit")
        case "pending" | "moving":
            call.say((PENDING if visit.state == "pending" else MOVING).about(time=when))
            return transfer_to_staff(call, why="visit")


def _booked(call: Call, visit: Visit, when: Text) -> Ending | Next | None:
    """The menu of a visit that has not begun."""
    zone = speech.zone_name(call.zone)
    words = MOVED_BY_STAFF if visit.moved_by_staff else IT_IS.words
    words = (
        words.about(time=when, zone=zone) if not call.has_lead else SHORT[words].about(time=when)
    )
    match call.ask(IT_IS, words.then(therapists.sentence(call, visit.opening))):
        case VisitMenu.KEEP:
            return _keep(call, visit, KEPT.about(time=when, zone=zone))
        case VisitMenu.MOVE:
            return move_visit(call, visit)
        case VisitMenu.CANCEL:
            return cancel_visit(call, visit)
        case VisitMenu.JOIN:
            how_to_join(call, visit)
            return None
        case VisitMenu.ANOTHER:
            return Next.ANOTHER


def _keep(call: Call, visit: Visit, kept: Text) -> Ending | None:
    """Show staff that the patient will come; None when the visit has changed."""
    if isinstance(call.needs("visit.keep", KeepVisit(visit.id, visit.opening)), VisitChanged):
        call.say(CHANGED)
        return None
    return call.goodbye(kept + IF_WORSE, "kept the visit")
