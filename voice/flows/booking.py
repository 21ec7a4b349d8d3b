"""From a free time to "you are booked", which is said only once the event is in the calendar."""

from voice.dialogue import speech
from voice.dialogue.call import Call
from voice.dialogue.effects import (
    AskCallBack,
    Book,
    Held,
    Hold,
    JustTaken,
    Opening,
    SeePlaced,
    Submitted,
    Unreadable,
)
from voice.dialogue.limit_results import KeyBack, OverLimit
from voice.dialogue.questions import Choice, Question
from voice.dialogue.turns import Ending
from voice.flows import therapists
from voice.flows.calendar_wait import MAX_CHECKS, ONE_MOMENT
from voice.flows.goodbye import booked
from voice.flows.key_back import keyed_back
from voice.flows.phone_number import ask_number
from voice.flows.second_visit import for_whom_keyed
from voice.flows.times import JUST_TAKEN, choose_a_time
from voice.flows.transfer import NO_NUMBER, call_back
from voice.flows.triage import Answers
from voice.flows.waiting import may_wait, wait_for_any_time
from voice.language import Text


class Confirm(Choice):
    """The final confirmation."""

    BOOK = "1", Text("To book it", "Para reservarla")
    OTHER = "2", Text("For another time", "Para otra hora")


CONFIRM = Question("confirm", Text("{time}, {zone}.", "El {time}. En {zone}."), Confirm)
NO_TIMES = Text("I have no open time to offer.", "Ahora no tengo horarios disponibles.")
UNREADABLE = Text(
    "I can not see the schedule right now, so nothing is booked.",
    "No puedo ver la agenda en este momento, así que no hay ninguna cita reservada.",
)
OVER_LIMIT = Text(
    "I can not offer a time right now, because I have reached a limit. Our staff will help you.",
    "No puedo ofrecerle un horario en este momento porque llegué a un límite."
    " Nuestro personal le ayudará.",
)
NOT_KEYED_BACK = Text(
    "I can not hold a time without that number. Our staff will help you.",
    "Sin ese número no puedo apartarle un horario. Nuestro personal le ayudará.",
)
NOT_BOOKED = Text(
    "Sorry, the schedule did not take it, so nothing is booked.",
    "Perdón, la cita no se pudo guardar, así que no hay nada reservado.",
)
SAVED = Text(
    "Your time is saved, but I can not see it on the schedule yet."
    " We will call or text you to make sure of it."
    "¦ In an emergency, call 9 1 1. Thank you for calling {clinic}. Goodbye.",
    "Su hora está guardada, pero aún no la veo en la agenda."
    " Le llamaremos o le enviaremos un mensaje de texto para confirmarla."
    "¦ En caso de emergencia, llame al 9 1 1. Gracias por llamar a {clinic}. Adiós.",
)
MOVED = Text(
    "Our staff have just moved it to another time.",
    "Su hora cambió.",
)
STILL = Text(
    "Still booking. Please stay on the line.", "Todavía estoy reservando. No cuelgue, por favor."
)


def booking(call: Call, chart: Answers) -> Ending:
    """Offer times, hold one, confirm, book; call it booked only after the calendar has it.

    ``chart`` is what staff read about the answers so far.
    """
    number = ask_number(call)
    if not number:
        return call.goodbye(NO_NUMBER, "no number to call back")
    whom = _for_whom(call, number)
    if not isinstance(whom, tuple):
        return whom
    chart = (*chart, *whom)
    while True:
        match choose_a_time(call, number):
            case Unreadable():
                call.say(UNREADABLE)
                return call_back(call, "schedule could not be read", number)
            case OverLimit():
                return over_limit(call, number)
            case None:
                return _nothing_open(call, number, chart)
            case Opening() as opening:
                ending = book(call, opening, number, chart)
                if ending is not None:
                    return ending


def _nothing_open(call: Call, number: str, chart: Answers) -> Ending:
    """The caller gets a text when a time opens, or a call."""
    waits = None
    if may_wait(call, 0, number):
        call.tell("waiting.none", (NO_TIMES,))
        waits = wait_for_any_time(call, number, chart)
    else:
        call.say(NO_TIMES)
    return waits or call_back(call, "no open time", number)


def _for_whom(call: Call, number: str) -> Answers | Ending:
    """Whom the visit is for; the caller ID was asked about before, see `greeting`."""
    whom = () if number == call.caller else for_whom_keyed(call, number)
    return over_limit(call, number) if isinstance(whom, OverLimit) else whom


def book(call: Call, opening: Opening, number: str, chart: Answers) -> Ending | None:
    """Hold the time, read it back, book it on one key; None if the caller needs another time."""
    held = call.needs("hold", Hold(opening))
    if isinstance(held, KeyBack):
        if not keyed_back(call, held):
            call.say(NOT_KEYED_BACK)
            return call_back(call, "did not key the spoken number back", number)
        held = call.needs("hold", Hold(opening, keyed_back=True))
    if isinstance(held, OverLimit):
        return over_limit(call, number)
    if not isinstance(held, Held):
        call.say(JUST_TAKEN)
        return None
    when = speech.day_and_time(opening.start, call.zone)
    words = CONFIRM.words.about(time=when, zone=speech.zone_name(call.zone))
    words = words.then(therapists.sentence(call, opening))
    match call.ask(CONFIRM, words):
        case Confirm.OTHER:
            return None
        case Confirm.BOOK:
            pass
    match call.needs("book", Book(held.booking, call.language, number, chart)):
        case JustTaken():
            call.say(JUST_TAKEN)
            return None
        case Submitted(visit_code=code):
            return placed(call, held.booking, opening, code, number)


def over_limit(call: Call, number: str, words: Text = OVER_LIMIT) -> Ending:
    """Say so in one sentence; staff call back."""
    call.say(words)
    return call_back(call, "was offered no time, over a limit of the line", number)


def placed(call: Call, booking: int, opening: Opening, code: str, number: str) -> Ending | None:
    """Check for the booking while the caller hears cover speech.

    None if the time was taken. An unknown outcome is told as unknown.
    """
    words = ONE_MOMENT
    for check in range(MAX_CHECKS):
        call.cover("placing", words, pause=2 if check else 0)
        seen = call.needs("placed", SeePlaced(booking))
        match seen.state:
            case "booked":
                now = seen.opening or opening
                if (now.start, now.clinician) != (opening.start, opening.clinician):
                    call.say(MOVED if now.start != opening.start else therapists.CHANGED)
                return booked(call, booking, now, code, number)
            case "taken":
                call.say(JUST_TAKEN)
                return None
            case "not booked":
                call.say(NOT_BOOKED)
                return call_back(call, "booking failed", number)
            case "pending":
                words = STILL
    call.needs(
        "unconfirmed", AskCallBack("booking not seen in the calendar", number, call.language)
    )
    return call.goodbye(SAVED, "outcome open")
