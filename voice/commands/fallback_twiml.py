"""The static document that callers hear while this computer is down.

It is stored at Twilio as a TwiML Bin, whose address is the number's fallback address. It is made
from the wording and the clinic's facts, needs nothing of the line, and makes no promise: the call
may have been anywhere when the line went down, a booking just stored or a danger sign just told.
Source: https://www.twilio.com/docs/serverless/twiml-bins
"""

from voice.dialogue import speech, twiml
from voice.dialogue.turns import Spoken
from voice.flows.clinical_wording import EMERGENCY
from voice.language import Language, Text
from voice.settings import Settings

NEEDED = frozenset(
    {
        "clinic_email",
        "clinic_name",
        "clinic_number",
        "staff_number",
        "twilio_number",
        "voice_en",
        "voice_es",
    }
)
"""The settings that the document is made from."""
MOST_CHARACTERS = 4000
"""Twilio's limit for a document that it keeps: https://www.twilio.com/docs/api/errors/32018"""
RING_SECONDS = 25
_LANGUAGES: tuple[Language, ...] = ("en", "es")
DOWN = Text(
    "This is {clinic}. Our phone line is not working right now."
    " If I told you to see a doctor or to go to an emergency room, please do that now."
    "¦ If I have not said that you are booked, please call again later. Or email {email}.",
    "Habla {clinic}. Nuestra línea no funciona en este momento."
    " Si le dije que viera a un médico o que fuera a una sala de emergencias, hágalo ahora."
    "¦ Si no le dije que su cita está confirmada, vuelva a llamar más tarde. O escriba a {email}.",
)
RINGING = Text("Please hold. I will try the clinic now.", "Un momento. Llamo a la clínica.")
GOODBYE = Text("Goodbye.", "Adiós.")


def document(settings: Settings) -> str:
    """The TwiML document: 911 first, in both languages; then the clinic's other ways."""
    last = RINGING if settings.staff_number else GOODBYE
    words = (DOWN + last).about(
        clinic=settings.clinic_name, email=speech.email(settings.clinic_email)
    )
    spoken = tuple(
        # A Bin replaces what stands in double braces.
        Spoken(text.spoken_in(language).replace("{{", "{ {"), language)
        for text in (EMERGENCY, words)
        for language in _LANGUAGES
    )
    phones = twiml.Phones(
        voices=(("en", settings.voice_en), ("es", settings.voice_es)),
        clinic=settings.line_number,
        staff=settings.staff_number,
    )
    return twiml.static_document(spoken, phones, RING_SECONDS)
