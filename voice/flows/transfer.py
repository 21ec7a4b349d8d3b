"""Transfers a caller to staff in opening hours; otherwise offers a call-back."""

from voice.dialogue import speech
from voice.dialogue.call import Call
from voice.dialogue.effects import AskCallBack, PartOfDay, PromiseCall, SeeStaffPhone
from voice.dialogue.questions import NO_KEY, Choice, Question
from voice.dialogue.turns import Connected, Ending
from voice.flows.phone_number import IF_YOU_LIKE, keyed_number
from voice.language import NOTHING, Text


class WithoutStaff(Choice):
    """What a caller wants when no staff member can take the call."""

    CALL_BACK = "1", Text("To have our staff call you", "Para que nuestro personal le llame")
    GO_ON = "2", Text("To go on without a person", "Para continuar sin hablar con una persona")
    SILENCE = NO_KEY


class AfterStop(Choice):
    """The same after a stop, where the only way on is the advice."""

    CALL_BACK = "1", Text("To have our staff call you", "Para que nuestro personal le llame")
    ADVICE = "2", Text("To hear what to do again", "Para oír otra vez qué hacer")
    SILENCE = NO_KEY


class PartOfDayToCall(Choice):
    """When a caller wants to be called."""

    MORNING = "1", Text("For the morning", "Para la mañana")
    AFTERNOON = "2", Text("For the afternoon", "Para la tarde")
    SILENCE = NO_KEY


ASKED = "asked for a person"
RING_SECONDS = 20
TRANSFER = Text("One moment. I will try the clinic now.", "Un momento. Voy a llamar a la clínica.")
NO_ANSWER = Text("Sorry, no one can answer right now.", "Lo siento, nadie puede contestar ahora.")
CLOSED = Text("The clinic is closed now.", "La clínica está cerrada ahora.")
INSTEAD = Question("person.instead", NOTHING, WithoutStaff)
INSTEAD_AFTER_STOP = Question("person.after_stop", NOTHING, AfterStop, wait=10)
WHEN = Question(
    "call_back.when", Text("When should we call you?", "¿Cuándo le llamamos?"), PartOfDayToCall
)
PARTS: dict[PartOfDayToCall, PartOfDay] = {
    PartOfDayToCall.MORNING: "morning",
    PartOfDayToCall.AFTERNOON: "afternoon",
    PartOfDayToCall.SILENCE: "any",
}
WILL_CALL = Text(
    "Thank you. Our staff will call you at the number ending in {last_four}.",
    "Gracias. Le llamaremos al número que termina en {last_four}.",
)
EXPECT = {
    "morning": Text(
        "Expect the call on {day}, in the morning.", "Espere la llamada el {day} por la mañana."
    ),
    "afternoon": Text(
        "Expect the call on {day}, in the afternoon.", "Espere la llamada el {day} por la tarde."
    ),
}
IF_WORSE = Text(
    "If it gets worse, call your doctor. In an emergency, call 9 1 1. Goodbye.",
    "Si empeora, llame a su médico. En caso de emergencia, llame al 9 1 1. Adiós.",
)
NO_NUMBER = Text(
    "I have no number to call. Please call again.¦ Or email {email}."
    "¦ In an emergency, call 9 1 1. Goodbye.",
    "No tengo un número al que llamarle. Vuelva a llamar, por favor.¦ O escriba a {email}."
    "¦ En caso de emergencia, llame al 9 1 1. Adiós.",
)
DO_NOT_WAIT = Text(
    "Our staff will call you at the number ending in {last_four}. Do not wait for our call.",
    "Nuestro personal le llamará al número que termina en {last_four}. No espere esa llamada.",
)
NO_NUMBER_AFTER_STOP = Text(
    "I have no number to call, so our staff can not call you.",
    "No tengo un número al que llamarle, así que no le podremos llamar.",
)


def transfer_to_staff(call: Call, why: str = "person") -> Ending | None:
    """Ring the clinic, or offer a call-back; None when the caller chooses to continue.

    A caller who says nothing then is called back if the number is known.

    ``why`` is what staff hear before the caller, see `flows.whisper`.
    """
    if call.routing == "paused":
        return call_back(call, ASKED)
    why = "urgent" if call.last_words else why
    match call.needs("person.desk", SeeStaffPhone()).state:
        case "open":
            if call.ring("person.ring", TRANSFER, RING_SECONDS, why=why):
                return Connected()
            call.say(NO_ANSWER)
        case "closed":
            call.say(CLOSED)
        case "no phone":
            call.say(NO_ANSWER)
    if call.last_words:
        silence = AfterStop.SILENCE if call.caller else None
        wants_call = call.ask(INSTEAD_AFTER_STOP, unclear=silence) is not AfterStop.ADVICE
        return call_back(call, ASKED) if wants_call else None
    match call.ask(INSTEAD, unclear=WithoutStaff.SILENCE if call.caller else None):
        case WithoutStaff.GO_ON:
            return None
        case wanted:
            return call_back(call, ASKED, at_any_time=wanted is WithoutStaff.SILENCE)


def call_back(call: Call, reason: str, number: str = "", *, at_any_time: bool = False) -> Ending:
    """Store a call-back request, then say which number staff will call.

    ``number`` (E.164) is one that the call already knows; else it is the caller ID, or asked for.
    What is said follows from what is stored. After a stop, the last words are its advice, and no
    time is promised. ``at_any_time``: the caller is not asked when to call.
    """
    number = number or call.caller or keyed_number(call, IF_YOU_LIKE)
    call.needs("call_back", AskCallBack(reason, number, call.language))
    outcome = f"call-back: {reason}" if number else "no number to call back"
    last_four = speech.last_four(number)
    if call.last_words:
        call.say(DO_NOT_WAIT if number else NO_NUMBER_AFTER_STOP)
        return call.goodbye(NOTHING, outcome, last_four=last_four)
    if not number:
        return call.goodbye(NO_NUMBER, outcome)
    call.say(WILL_CALL.about(last_four=last_four))
    promise = _promise(call, reason, number, at_any_time=at_any_time)
    return call.goodbye(promise + IF_WORSE, outcome)


def _promise(call: Call, reason: str, number: str, *, at_any_time: bool) -> Text:
    """When staff will call, as the caller chose; the request is stored before this question."""
    silence = PartOfDayToCall.SILENCE
    chosen = silence if at_any_time else call.ask(WHEN, unclear=silence)
    found = call.needs("call_back.promise", PromiseCall(reason, number, PARTS[chosen]))
    if found.opening is None:
        return NOTHING
    return EXPECT[found.part].about(day=speech.day(found.opening.start, call.zone))
