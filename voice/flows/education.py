"""How the back can cause foot pain: the clinic's article in under two minutes."""

from voice.dialogue.call import Call
from voice.dialogue.questions import Choice, Question
from voice.dialogue.turns import Ending
from voice.flows.summary_wording import SUMMARY
from voice.language import Text


class Next(Choice):
    """What a caller does after the summary; silence ends the call."""

    BOOK = (
        "1",
        Text("To book your free video screening", "Para reservar su cita gratis por video"),
    )
    NOTHING = ""


NEXT = Question(
    "summary.next",
    Text("Thank you for listening.", "Gracias por escuchar."),
    Next,
    after=Text(
        "Or email {email}.¦ Or call {clinic_number}.¦ To hear this again, press star.",
        "O escriba a {email}.¦ O llame al {clinic_number}."
        "¦ Para oír esto otra vez, oprima asterisco.",
    ),
)
CALL_ANY_TIME = Text(
    "Call this number any time to book. In an emergency, call 9 1 1."
    "¦ Thank you for calling {clinic}. Goodbye.",
    "Llame a este número cuando quiera reservar. En caso de emergencia, llame al 9 1 1."
    "¦ Gracias por llamar a {clinic}. Adiós.",
)


def education(call: Call) -> tuple[int, ...] | Ending:
    """Tell the article part by part; any key skips a part, 1 goes straight on to booking.

    Returns the numbers (from 1) of the parts heard to their end, for a caller who wants to book,
    or the end of the call for one who only listened.
    """
    told = call.tell("summary", SUMMARY, leave="1")
    if told.left or call.ask(NEXT) is Next.BOOK:
        return told.heard
    return call.goodbye(CALL_ANY_TIME, "heard the summary")
