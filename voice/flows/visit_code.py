"""The six-digit visit code: whoever has it may hear about its visit and change it."""

from voice.dialogue.call import Call
from voice.dialogue.questions import Entry
from voice.dialogue.visit_effects import CheckVisitCode, FoundVisits, TooManyTries, Visit
from voice.language import Text

DIGITS = 6
TRIES = 20
"""More than the limits ever allow, so that only these decide."""
CODE = Entry(
    "visit.code",
    Text(
        "Please enter the six digits of your visit code.¦ For a person, press 0.",
        "Marque los seis números de su clave.¦ Para hablar con una persona, oprima 0.",
    ),
    max_digits=DIGITS,
    short=Text(
        "Your visit code is in our text.¦ Please enter its six digits.",
        "Su clave está en nuestro mensaje.¦ Marque los seis números.",
    ),
)
SIX_DIGITS = Text("A visit code has six digits.", "Una clave tiene seis números.")
NOT_FOUND = Text(
    "I do not find a visit with that code.", "No encuentro ninguna cita con esa clave."
)


def visits_by_code(call: Call) -> tuple[Visit, ...]:
    """The visit whose code the caller keys in; nothing after too many wrong ones.

    A code that was never given and one of a visit that is over sound the same.
    """
    for _ in range(TRIES):
        code = call.ask_digits(CODE)
        if len(code) != DIGITS:
            call.say(SIX_DIGITS)
            continue
        match call.needs("visit.check", CheckVisitCode(code)):
            case FoundVisits(visits=visits):
                return visits
            case TooManyTries():
                break
            case _:
                call.say(NOT_FOUND)
    return ()
