"""After "you are booked": the visit code, consent to texts, what to watch for, goodbye."""

from functools import lru_cache
from zoneinfo import ZoneInfo

from voice.dialogue import speech
from voice.dialogue.call import Call
from voice.dialogue.effects import Opening
from voice.dialogue.questions import Choice, Question, menu_of
from voice.dialogue.turns import Ending
from voice.flows import therapists
from voice.flows.clinical_wording import SAFETY_NET
from voice.flows.consent import TEXTS_OFF, TEXTS_ON, ask_for_consent
from voice.flows.safety import ask_after_booking
from voice.flows.waiting import wait_for_an_earlier_time
from voice.language import Text

BOOKED = Text("You are booked. {time}, {zone}.", "Su cita está confirmada. El {time}, {zone}.")
BOOKED_SHORT = Text("You are booked. {time}.", "Su cita está confirmada. El {time}.")
"""After a sentence that it is at another time or with another therapist than was read back."""


class AfterCode(Choice):
    """After the visit code; silence goes on."""

    GO_ON = "1", Text("To go on", "Para continuar")
    SILENCE = ""


CODE = Text("Your visit code is {code}.¦ Again, {code}.", "Su clave es {code}.¦ Otra vez, {code}.")
AGAIN = Text("To hear this again, press star.", "Otra vez, oprima asterisco.")
TO_CHANGE = Text(
    "To change or cancel, call this number. Thank you for calling {clinic}. Goodbye.",
    "Para cambiar o cancelar su cita, llame a este número. Gracias por llamar a {clinic}. Adiós.",
)


def booked(call: Call, booking: int, opening: Opening, code: str, number: str) -> Ending:
    """Call this only when the calendar has the booking.

    ``code`` is the six-digit visit code, ``number`` the caller's in E.164. Star repeats the code,
    and so does 8 at the question after it.
    """
    when = speech.day_and_time(opening.start, call.zone)
    said = BOOKED_SHORT if call.has_lead else BOOKED
    question = _after_code(said, when, call.zone, therapists.sentence(call, opening), code)
    call.ask(question, unclear=AfterCode.SILENCE)
    ask_after_booking(call, booking, number)
    agreed = call.prompt_facts.texts and ask_for_consent(call, booking, number)
    link = TEXTS_ON if agreed else TEXTS_OFF
    call.tell("texts.answer", (link,))
    if agreed:
        wait_for_an_earlier_time(call, booking, number)
    return call.goodbye(SAFETY_NET + TO_CHANGE, "booked")


@lru_cache(maxsize=1024)
def _after_code(
    booked: Text, when: Text, zone: ZoneInfo, whose: Text, code: str
) -> Question[AfterCode]:
    """What can be pressed at the visit code; a wrong key says the code again."""
    said = booked.about(time=when, zone=speech.zone_name(zone)).then(whose)
    code_twice = CODE.about(code=speech.visit_code(code))
    words, short = said + code_twice, code_twice + menu_of(AfterCode) + AGAIN
    # The name is that of the part which this question replaced, for a call under way.
    return Question("booked.1", words, AfterCode, wait=5, after=AGAIN, short=short)
