"""Moving a visit to another time, which is in the calendar before the old one is let go.

Until "your visit is moved" the old time stands: whoever hangs up, says no or hears that the line
failed has the visit that they had.
"""

from dataclasses import replace
from enum import Enum, auto
from typing import Literal

from voice.dialogue import speech
from voice.dialogue.call import Call
from voice.dialogue.effects import AskCallBack, JustTaken, Offers, Opening, Unreadable
from voice.dialogue.questions import Choice, Question
from voice.dialogue.turns import Ending
from voice.dialogue.visit_effects import (
    FindMoveTimes,
    HoldForVisit,
    MoveVisit,
    SeeMoved,
    Visit,
    VisitChanged,
)
from voice.flows import therapists, times, transfer
from voice.flows.calendar_wait import MAX_CHECKS, ONE_MOMENT
from voice.flows.cancel_visit import CHANGED
from voice.flows.times import (
    JUST_TAKEN,
    AllHeard,
    NoneFits,
    OtherTimes,
    before,
    spoken,
    that_fit,
)
from voice.flows.transfer import call_back
from voice.language import NOTHING, Text


class After(Enum):
    """What follows a time that the visit did not move to."""

    OTHER_TIMES = auto()
    KEEP = auto()


class OtherMoveTimes(Choice):
    """Which other times to offer."""

    MORNINGS = OtherTimes.MORNINGS.value
    AFTERNOONS = OtherTimes.AFTERNOONS.value
    LATER = OtherTimes.LATER.value
    KEEP = "4", Text("To keep the time you have", "Si no cambia")
    BACK = OtherTimes.BACK.value


class ConfirmMove(Choice):
    """The confirmation of the new time; only the first moves the visit."""

    MOVE = "1", Text("To move it", "Para moverla")
    OTHER = "2", Text("For another time", "Para otra hora")
    KEEP = "3", Text("To keep the time you have", "Si no cambia")


CONFIRM = Question(
    "visit.confirm",
    Text(
        "From {before}.¦ To {time}, {zone}.",
        "Del {before}.¦ Al {time}. En {zone}.",
    ),
    ConfirmMove,
)
OTHER_TIMES = Question("visit.wish", times.OTHER_TIMES.words, OtherMoveTimes)
_ALL_HEARD = replace(times.ALL_HEARD, name="visit.all_heard")
UNREADABLE = Text(
    "I can not see the schedule right now, so your visit stays as it is.",
    "No puedo ver la agenda en este momento, así que su cita sigue igual.",
)
NO_TIMES = Text(
    "I have no other time to offer now, so your visit stays as it is.",
    "Ahora no tengo otro horario, así que su cita sigue igual.",
)
STILL = Text(
    "Still moving it. Please stay on the line.",
    "Todavía la estoy cambiando. No cuelgue, por favor.",
)
MOVED = Text(
    "Your visit is moved. It is now on {time}, {zone}.",
    "Listo. Su cita ahora es el {time}. En {zone}.",
)
TEXT_COMES = Text(
    "A text with the new time is on its way.", "Le enviamos un mensaje con la nueva hora."
)
NOT_SEEN = Text(
    "I can not see the new time on the schedule yet. Until you hear from us, keep your old time."
    " We will call or text you.",
    "Aún no veo la nueva hora en la agenda. Mientras no le avisemos, vale su hora anterior."
    " Le llamaremos o le enviaremos un mensaje.",
)
WANTED_ANOTHER = "patient asked for another time and did not get it"
NOT_SEEN_YET = "move not seen in the calendar: tell the patient"


def move_visit(call: Call, visit: Visit) -> Ending | None:
    """Offer other times, hold one, read it back and move; None when the visit stays as it is."""
    while True:
        match _other_time(call, visit):
            case Opening() as opening:
                moved = _move_to(call, visit, opening)
                if moved is not After.OTHER_TIMES:
                    return None if moved is After.KEEP else moved
            case Unreadable():
                call.say(UNREADABLE)
                return call_back(call, "schedule could not be read")
            case After.KEEP:
                return None
            case None:
                call.say(NO_TIMES)
                return call_back(call, WANTED_ANOTHER)


def _other_time(call: Call, visit: Visit) -> Opening | Unreadable | Literal[After.KEEP] | None:
    """The time that the caller chooses; None when there is no other, or staff should call."""
    first = FindMoveTimes("any", "", visit.id)
    search = first
    while True:
        match call.needs("visit.offers", search):
            case Unreadable() as unreadable:
                return unreadable
            case Offers(openings=()):
                if search == first or call.ask(_ALL_HEARD) is AllHeard.CALL_BACK:
                    return None
                search = first
            case Offers() as found:
                openings = that_fit(call, found.openings, NoneFits)
                words = before(call, openings, zone=not call.has_lead)
                picked = call.choose(
                    "visit.times", words, openings, spoken(call, openings), NoneFits
                )
                if isinstance(picked, Opening):
                    return picked
                further = _search(call, search, openings)
                if further is None:
                    return After.KEEP
                search = further


def _search(call: Call, search: FindMoveTimes, heard: tuple[Opening, ...]) -> FindMoveTimes | None:
    """What to search for when none of the offered times suits; None to keep the old one."""
    match call.ask(OTHER_TIMES):
        case OtherMoveTimes.MORNINGS:
            return replace(search, part="morning", beyond="")
        case OtherMoveTimes.AFTERNOONS:
            return replace(search, part="afternoon", beyond="")
        case OtherMoveTimes.LATER:
            return replace(search, beyond=heard[-1].start.isoformat())
        case OtherMoveTimes.KEEP:
            return None
        case OtherMoveTimes.BACK:
            return search


def _move_to(call: Call, visit: Visit, opening: Opening) -> Ending | After:
    """Hold the time, read it back and move; OTHER to offer other times, KEEP to leave it."""
    held = call.needs("visit.hold", HoldForVisit(visit.id, visit.opening, opening))
    if isinstance(held, JustTaken):
        return _taken(call)
    if isinstance(held, VisitChanged):
        return _changed(call)
    match call.ask(CONFIRM, _read_back(call, visit, opening)):
        case ConfirmMove.MOVE:
            return _move(call, visit, opening, held.booking)
        case ConfirmMove.OTHER:
            return After.OTHER_TIMES
        case ConfirmMove.KEEP:
            return After.KEEP


def _read_back(call: Call, visit: Visit, opening: Opening) -> Text:
    """Both times, the new one last."""
    before, after = (
        speech.day_and_time(each.start, call.zone) for each in (visit.opening, opening)
    )
    words = CONFIRM.words.about(before=before, time=after, zone=speech.zone_name(call.zone))
    return words.then(therapists.sentence(call, opening))


def _move(call: Call, visit: Visit, opening: Opening, held: int) -> Ending | After:
    """Store the yes, and check for the move while the caller hears cover speech.

    An unknown outcome is told as unknown.
    """
    done = call.needs("visit.move", MoveVisit(visit.id, visit.opening, held))
    if isinstance(done, JustTaken):
        return _taken(call)
    if isinstance(done, VisitChanged):
        return _changed(call)
    words = ONE_MOMENT
    for check in range(MAX_CHECKS):
        call.cover("visit.moving", words, pause=2 if check else 0)
        match call.needs("visit.seen", SeeMoved(held)).state:
            case "moved":
                return _moved(call, visit, opening)
            case "taken":
                return _taken(call)
            case "changed":
                return _changed(call)
            case "pending":
                words = STILL
    call.needs("visit.unseen", AskCallBack(NOT_SEEN_YET, call.caller, call.language))
    return call.goodbye(NOT_SEEN + transfer.IF_WORSE, "move not seen")


def _taken(call: Call) -> After:
    call.tell("visit.taken", (JUST_TAKEN,))
    return After.OTHER_TIMES


def _changed(call: Call) -> After:
    call.say(CHANGED)
    return After.KEEP


def _moved(call: Call, visit: Visit, opening: Opening) -> Ending:
    """Say so; the step tells whether the caller heard it."""
    when = speech.day_and_time(opening.start, call.zone)
    said = MOVED.about(time=when, zone=speech.zone_name(call.zone))
    call.tell("visit.moved", (said.then(therapists.sentence(call, opening)),))
    return call.goodbye(
        (TEXT_COMES if visit.texts else NOTHING) + transfer.IF_WORSE, "moved the visit"
    )
