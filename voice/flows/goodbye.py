"""After "you are booked": the visit code, consent to texts, the safety net, goodbye."""

from voice.dialogue import speech
from voice.dialogue.call import Call
from voice.dialogue.effects import KeepConsent, Opening
from voice.dialogue.questions import Choice, Question
from voice.dialogue.turns import Ending
from voice.flows.clinical_wording import SAFETY_NET
from voice.flows.phone_number import keyed_number
from voice.language import Text


class Texts(Choice):
    """Whether texts about the visit are welcome, and where."""

    YES = "1", Text("For yes", "Para sí")
    NO = "2", Text("For no", "Para no")
    OTHER = "3", Text("For another number", "Para otro número")


BOOKED = Text("You are booked. {time}, {zone}.", "Su cita está hecha. El {time}, {zone}.")
CODE = Text("Your visit code is {code}.¦ Again, {code}.", "Su código es {code}.¦ Otra vez, {code}.")
MAY_WE_TEXT = Question(
    "texts",
    Text(
        "May {clinic} text you about this visit, at the number ending in {last_four}?"
        " We send the video link, reminders, and changes. Message and data rates may apply.",
        "¿Puede {clinic} enviarle mensajes sobre esta cita, al número que termina en {last_four}?"
        " Enviamos el enlace de video, recordatorios y cambios. Puede haber cargos por mensajes.",
    ),
    Texts,
    wait=10,
)
CONSENT_VERSION = "2026-11-1"
"""Kept with each consent; a changed wording needs a new version."""
TEXTS_ON = Text(
    "Thank you. A text with your link is on its way. If it does not come, we will call you."
    " Reply stop to end texts.",
    "Gracias. Le enviamos un mensaje con su enlace. Si no llega, le llamaremos."
    " Responda stop para no recibir más mensajes.",
)
TEXTS_OFF = Text(
    "No texts, then. We will call you with the video link before your visit.",
    "Sin mensajes, entonces. Le llamaremos con el enlace de video antes de su cita.",
)
TO_CHANGE = Text(
    "To change or cancel, call this number. Thank you for calling {clinic}. Goodbye.",
    "Para cambiar o cancelar, llame a este número. Gracias por llamar a {clinic}. Adiós.",
)


def booked(call: Call, booking: int, opening: Opening, code: str, number: str) -> Ending:
    """Spoken only of a booking that the calendar has."""
    when = speech.day_and_time(opening.start, call.zone)
    said = BOOKED.about(time=when, zone=speech.zone_name(call.zone))
    call.tell("booked", (said + CODE.about(code=speech.visit_code(code)),))
    agreed = call.prompt_facts.texts and may_we_text(call, booking, number)
    link = TEXTS_ON if agreed else TEXTS_OFF
    call.tell("texts.answer", (link,))
    return call.goodbye(SAFETY_NET + TO_CHANGE, "booked")


def may_we_text(call: Call, booking: int, number: str) -> bool:
    """Ask for consent, for this number or another; silence is no consent. Store the answer."""
    words = MAY_WE_TEXT.words.about(last_four=speech.last_four(number))
    match call.ask(MAY_WE_TEXT, words, unclear=Texts.NO):
        case Texts.YES:
            return keep(call, booking, number, given=True)
        case Texts.NO:
            return keep(call, booking, number, given=False)
        case Texts.OTHER:
            another = keyed_number(call)
            return bool(another) and keep(call, booking, another, given=True)


def keep(call: Call, booking: int, number: str, *, given: bool) -> bool:
    """Store the answer; the caller hears of it only afterwards."""
    call.needs("consent", KeepConsent(booking, number, given, CONSENT_VERSION))
    return given
