"""Consent to text messages: asked after the booking, stored with its time and wording version."""

from voice.dialogue import speech
from voice.dialogue.call import Call
from voice.dialogue.effects import KeepConsent
from voice.dialogue.questions import Choice, Question
from voice.flows.phone_number import keyed_number
from voice.language import Text


class TextConsent(Choice):
    """Whether the caller agrees to text messages, and at which number."""

    YES = "1", Text("For yes", "Sí")
    NO = "2", Text("For no", "No")
    OTHER = "3", Text("For another number", "Otro número")


MAY_WE_TEXT = Question(
    "texts",
    Text(
        "May {clinic} text you about this visit, at the number ending in {last_four}?"
        " About five texts: the link, reminders, changes. Message and data rates may apply."
        " Reply stop to end, help for help.",
        "¿Puede {clinic} enviarle mensajes de texto sobre esta cita,"
        " al número que termina en {last_four}?"
        " Unos cinco: el enlace, recordatorios y cambios. Puede haber cargos por mensajes y datos."
        " Responda stop para terminar, help para ayuda.",
    ),
    TextConsent,
    wait=10,
)
CONSENT_VERSION = "2026-11-2"
"""Stored with each consent. A changed wording needs a new version.

2026-11-1 did not name how many texts, STOP and HELP; carriers want all three before the yes
(https://www.twilio.com/docs/api/errors/30924).
"""
TEXTS_ON = Text(
    "Thank you. A text with your link is on its way. If it does not come, we will call you."
    " Reply stop to end texts.",
    "Gracias. Le enviamos un mensaje de texto con su enlace. Si no llega, le llamaremos."
    " Responda stop para no recibir más mensajes.",
)
TEXTS_OFF = Text(
    "No texts, then. We will call you with the video link before your visit.",
    "Entonces no le enviaremos mensajes. Le llamaremos con el enlace antes de su cita.",
)


def ask_for_consent(call: Call, booking: int, number: str) -> bool:
    """Ask for consent, for this number or another one, and store the answer.

    Returns whether the caller agreed; silence is a no. ``number`` is E.164.
    """
    words = MAY_WE_TEXT.words.about(last_four=speech.last_four(number))
    match call.ask(MAY_WE_TEXT, words, unclear=TextConsent.NO):
        case TextConsent.YES:
            return _store(call, booking, number, given=True)
        case TextConsent.NO:
            return _store(call, booking, number, given=False)
        case TextConsent.OTHER:
            another = keyed_number(call)
            return bool(another) and _store(call, booking, another, given=True)


def _store(call: Call, booking: int, number: str, *, given: bool) -> bool:
    """Store the answer before the caller hears a confirmation of it."""
    call.needs("consent", KeepConsent(booking, number, given, CONSENT_VERSION))
    return given
