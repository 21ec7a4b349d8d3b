"""Every text message, in English and in Spanish.

Each is one message in the letters of `gsm.py`, so the Spanish does without á, í, ó and ú. None
names a person, a body part, a treatment or a reason. C and M are the only commands: CANCEL, END,
QUIT and STOP end texts and YES begins them, at Twilio, whatever we write. Source of the rules:
https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out (keywords) and 47 CFR
64.1200(a)(9)(iv) (clinic's name and number, one message, a way out). A kind has several forms; the
first that fits into one message is sent, so the fullest stands first. {link} is the patient's page,
{video} the room itself, for a line whose address leaves no place for the page.
"""

from typing import Literal

from voice.language import Text

Kind = Literal[
    "booked",
    "link",
    "day before",
    "hour before",
    "moved by staff",
    "moved by patient",
    "cancelled by staff",
    "cancelled by patient",
    "restored by staff",
]
_STOP = Text("STOP to end.", "STOP: terminar.")
_HELP = Text("HELP for help, STOP to end.", "HELP: ayuda, STOP: terminar.")


def _form(en: str, es: str, end: Text = _STOP) -> Text:
    return Text("{name}: " + en, "{name}: " + es).then(end)


TEXTS: dict[Kind, tuple[Text, ...]] = {
    "booked": (
        _form(
            "booked {when}. Video, changes: {link} Code {code}.",
            "cita {when}. Video, cambios: {link} Clave {code}.",
            _HELP,
        ),
        _form(
            "you are booked {when}. Video: {video} Code {code}. Change: {number}.",
            "cita {when}. Video: {video} Clave {code}. Cambios: {number}.",
            _HELP,
        ),
        _form(
            "you are booked {when}, by video. Code {code}. For the link or a change: {number}.",
            "cita por video {when}. Clave {code}. Enlace y cambios: {number}.",
            _HELP,
        ),
    ),
    "link": (
        _form(
            "the video link for {when} is ready: {link} Help: {number}.",
            "el enlace de video del {when}: {link} Ayuda: {number}.",
        ),
        _form(
            "the video link for {when}: {video} Help: {number}.",
            "el enlace de video del {when}: {video} Ayuda: {number}.",
        ),
        _form(
            "the video link for {when} is ready. Call {number} for it.",
            "ya tenemos el enlace de video del {when}. Llame al {number}.",
        ),
    ),
    "day before": (
        _form(
            "reminder, video call {when}. Join: {link} Reply C to confirm, M to move.",
            "recordatorio, video {when}. Entrar: {link} C confirma, M cambia.",
        ),
        _form(
            "reminder, video call {when}. Join: {video} Change: {number}.",
            "recordatorio, video {when}. Entrar: {video} Cambios: {number}.",
        ),
        _form(
            "reminder, video call {when}. Reply C to confirm. For the link or a change: {number}.",
            "recordatorio, cita por video {when}. C confirma. Enlace y cambios: {number}.",
        ),
    ),
    "hour before": (
        _form(
            "your video call is today at {time}. Join: {link} Help: {number}.",
            "su cita por video es hoy, {time}. Entrar: {link} Ayuda: {number}.",
        ),
        _form(
            "your video call is today at {time}. Join: {video} Help: {number}.",
            "su cita por video es hoy, {time}. Entrar: {video} Ayuda: {number}.",
        ),
        _form(
            "your video call is today at {time}. For the link or a change: {number}.",
            "su cita por video es hoy, {time}. Enlace y cambios: {number}.",
        ),
    ),
    "moved by staff": (
        _form(
            "we moved your video call to {when}. Join: {link} Not OK? {number}.",
            "movimos su cita a: {when}. Entrar: {link} ¿No puede? {number}.",
        ),
        _form(
            "we moved your video call to {when}. Join: {video} Not OK? {number}.",
            "movimos su cita a: {when}. Entrar: {video} ¿No puede? {number}.",
        ),
        _form(
            "the clinic moved your video call to {when}. For the link, or if not OK: {number}.",
            "movimos su cita por video a: {when}. Enlace y cambios: {number}.",
        ),
    ),
    "moved by patient": (
        _form(
            "your video call is now {when}. Join: {link} Not right? {number}.",
            "su cita ahora es: {when}. Entrar: {link} ¿Error? {number}.",
        ),
        _form(
            "your video call is now {when}. Join: {video} Not right? {number}.",
            "su cita ahora es: {when}. Entrar: {video} ¿Error? {number}.",
        ),
        _form(
            "your video call is now {when}. For the link, or if not right: {number}.",
            "su cita por video ahora es: {when}. Enlace y cambios: {number}.",
        ),
    ),
    "cancelled by staff": (
        _form(
            "the clinic had to cancel your video call on {when}. For a new time, call {number}.",
            "tuvimos que cancelar su cita por video del {when}. Para otra hora: {number}.",
        ),
    ),
    "cancelled by patient": (
        _form(
            "your video call on {when} is cancelled. To book again, call {number}.",
            "su cita por video del {when} queda cancelada. Para otra hora: {number}.",
        ),
    ),
    "restored by staff": (
        _form(
            "your video call is on again: {when}. Join: {link} Not OK? {number}.",
            "su cita se mantiene: {when}. Entrar: {link} ¿No puede? {number}.",
        ),
        _form(
            "your video call is on again: {when}. Join: {video} Not OK? {number}.",
            "su cita se mantiene: {when}. Entrar: {video} ¿No puede? {number}.",
        ),
        _form(
            "your video call is on again: {when}. For the link, or if not OK: {number}.",
            "su cita por video se mantiene: {when}. Enlace y cambios: {number}.",
        ),
    ),
}

LINK_TO_FOLLOW: tuple[Text, ...] = (
    _form(
        "booked {when}. Video link to follow. Changes: {link} Code {code}.",
        "cita {when}. El enlace le llega luego. Cambios: {link} Clave {code}.",
    ),
    _form(
        "you are booked {when}, by video. Your link comes in a later text. Code {code}."
        " Change: {number}.",
        "cita por video {when}. El enlace le llega luego. Clave {code}. Cambios: {number}.",
        _HELP,
    ),
)
"""Instead of "booked" while the calendar has not made the link yet."""

NEWS: frozenset[Kind] = frozenset(TEXTS) - {"day before", "hour before"}
"""What a patient has to know, by phone if not by text."""
REMINDERS: frozenset[Kind] = frozenset({"day before", "hour before"})
