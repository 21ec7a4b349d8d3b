"""Transfers a caller to staff in opening hours; otherwise offers a call-back."""

from voice.dialogue import speech
from voice.dialogue.call import Call
from voice.dialogue.effects import AskCallBack, SeeStaffPhone
from voice.dialogue.questions import Choice, Question
from voice.dialogue.turns import Connected, Ending
from voice.flows.phone_number import IF_YOU_LIKE, keyed_number
from voice.language import NOTHING, Text


class WithoutStaff(Choice):
    """What a caller wants when no staff member can take the call."""

    CALL_BACK = "1", Text("To have our staff call you", "Para que nuestro personal le llame")
    GO_ON = "2", Text("To go on without a person", "Para continuar sin hablar con una persona")


class AfterStop(Choice):
    """The same after a stop, where the only way on is the advice."""

    CALL_BACK = "1", Text("To have our staff call you", "Para que nuestro personal le llame")
    ADVICE = "2", Text("To hear what to do again", "Para oír otra vez qué hacer")


RING_SECONDS = 20
TRANSFER = Text("One moment. I will try the clinic now.", "Un momento. Voy a llamar a la clínica.")
NO_ANSWER = Text("Sorry, no one can answer right now.", "Lo siento, nadie puede contestar ahora.")
CLOSED = Text("The clinic is closed now.", "La clínica está cerrada ahora.")
INSTEAD = Question("person.instead", NOTHING, WithoutStaff)
INSTEAD_AFTER_STOP = Question("person.after_stop", NOTHING, AfterStop, wait=10)
WILL_CALL = Text(
    "Thank you. Our staff will call you at the number ending in {last_four}."
    "¦ If it gets worse, call your doctor. In an emergency, call 9 1 1. Goodbye.",
    "Gracias. Le llamaremos al número que termina en {last_four}."
    "¦ Si empeora, llame a su médico. En caso de emergencia, llame al 9 1 1. Adiós.",
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

    ``why`` is what staff hear before the caller, see `flows.whisper`.
    """
    if call.routing == "paused":
        return call_back(call, "asked for a person")
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
        wants_call = call.ask(INSTEAD_AFTER_STOP) is AfterStop.CALL_BACK
    else:
        wants_call = call.ask(INSTEAD) is WithoutStaff.CALL_BACK
    return call_back(call, "asked for a person") if wants_call else None


def call_back(call: Call, reason: str, number: str = "") -> Ending:
    """Store a call-back request, then say which number staff will call.

    ``number`` (E.164) is one that the call already knows; else it is the caller ID, or asked for.
    What is said follows from what is stored. After a stop, the last words are its advice.
    """
    number = number or call.caller or keyed_number(call, IF_YOU_LIKE)
    call.needs("call_back", AskCallBack(reason, number, call.language))
    if call.last_words:
        call.say(DO_NOT_WAIT if number else NO_NUMBER_AFTER_STOP)
    words = WILL_CALL if number else NO_NUMBER
    outcome = f"call-back: {reason}" if number else "no number to call back"
    return call.goodbye(words, outcome, last_four=speech.last_four(number))
