"""Transfers a caller to staff in opening hours; otherwise offers a call-back."""

from voice.dialogue import speech
from voice.dialogue.call import Call
from voice.dialogue.effects import AskCallBack, SeeStaffPhone
from voice.dialogue.questions import Choice, Question
from voice.dialogue.turns import Connected, Ending
from voice.flows.phone_number import ask_number
from voice.language import NOTHING, Text


class WithoutStaff(Choice):
    """What a caller wants when no staff member can take the call."""

    CALL_BACK = "1", Text("To have our staff call you", "Para que nuestro personal le llame")
    GO_ON = "2", Text("To go on without a person", "Para continuar sin hablar con una persona")


RING_SECONDS = 20
TRANSFER = Text("One moment. I will try the clinic now.", "Un momento. Voy a llamar a la clínica.")
NO_ANSWER = Text("Sorry, no one can answer right now.", "Lo siento, nadie puede contestar ahora.")
CLOSED = Text("The clinic is closed now.", "La clínica está cerrada ahora.")
INSTEAD = Question("person.instead", NOTHING, WithoutStaff)
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


def transfer_to_staff(call: Call) -> Ending | None:
    """Ring the clinic, or offer a call-back; None when the caller chooses to continue."""
    match call.needs("person.desk", SeeStaffPhone()).state:
        case "open":
            if call.ring("person.ring", TRANSFER, RING_SECONDS):
                return Connected()
            call.say(NO_ANSWER)
        case "closed":
            call.say(CLOSED)
        case "no phone":
            call.say(NO_ANSWER)
    match call.ask(INSTEAD):
        case WithoutStaff.CALL_BACK:
            return call_back(call, "asked for a person")
        case WithoutStaff.GO_ON:
            return None


def call_back(call: Call, reason: str) -> Ending:
    """Store a call-back request, then say which number staff will call.

    Nothing is promised before it is stored.
    """
    number = ask_number(call)
    call.needs("call_back", AskCallBack(reason, number, call.language))
    if not number:
        return call.goodbye(NO_NUMBER, "no number to call back")
    words = WILL_CALL.about(last_four=speech.last_four(number))
    return call.goodbye(words, f"call-back: {reason}")
