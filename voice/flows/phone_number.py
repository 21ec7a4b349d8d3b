"""The caller's phone number: the caller ID, or one keyed in and read back."""

from voice import phone_numbers
from voice.dialogue import speech
from voice.dialogue.call import Call
from voice.dialogue.questions import Choice, Entry, Question
from voice.language import Text


class NumberCheck(Choice):
    """Whether the number was read back correctly."""

    YES = "1", Text("If that is right", "Si está bien")
    AGAIN = "2", Text("To enter it again", "Para marcarlo otra vez")


ENTER = Entry(
    "number",
    Text(
        "Please enter your ten digit phone number, then press pound.",
        "Marque su número de teléfono de diez dígitos, y luego la tecla numeral, o gato.",
    ),
    max_digits=11,
    short=Text(
        "Please enter the area code and number, then press pound.",
        "Marque el código de área y el número, y luego la tecla numeral, o gato.",
    ),
)
IF_YOU_LIKE = Entry(
    "number.optional",
    Text(
        "Please enter your ten digit phone number, then press pound.¦ To skip this, press pound.",
        "Marque su número de diez dígitos, y luego la tecla numeral.¦ Si no quiere, solo numeral.",
    ),
    max_digits=11,
    short=Text(
        "Please enter the area code and number, then press pound.",
        "Marque el código de área y el número, y luego numeral.",
    ),
    may_skip=True,
)
NOT_A_NUMBER = Text(
    "I can not call that number. I need ten digits of a number in the United States.",
    "No puedo llamar a ese número. Necesito diez dígitos de un número de Estados Unidos.",
)
READ_BACK = Question("number.right", Text("I have {number}.", "Tengo el {number}."), NumberCheck)
TRIES = 3


def ask_number(call: Call) -> str:
    """The caller ID or a keyed number, in E.164; "" when there is neither."""
    return call.caller or keyed_number(call)


def keyed_number(call: Call, entry: Entry = ENTER) -> str:
    """A number that the caller keyed in and confirmed, in E.164; "" after three tries.

    "" also when the entry may be skipped and was.
    """
    for _ in range(TRIES):
        digits = call.ask_digits(entry)
        if entry.may_skip and not digits:
            return ""
        number = phone_numbers.keyed(digits)
        if not number:
            call.say(NOT_A_NUMBER)
            continue
        read_back = READ_BACK.words.about(number=speech.phone_number(number))
        match call.ask(READ_BACK, read_back):
            case NumberCheck.YES:
                return number
            case NumberCheck.AGAIN:
                continue
    return ""
