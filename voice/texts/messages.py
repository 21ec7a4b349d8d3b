"""Every text message, in English and in Spanish.

Each fits into one message of the GSM 7-bit alphabet (`gsm7.py`), so the Spanish avoids á, í, ó and
ú. None names a person, a body part, a treatment or a reason. C and M are the only commands: at
Twilio CANCEL, END, QUIT and STOP opt out and YES opts in, whatever we write. Sources:
https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out (keywords) and 47 CFR
64.1200(a)(9)(iv) (the clinic's name and number, one message, a way to opt out). A kind has several
forms, the fullest first; the first that fits is sent. {link} is the patient's page, {video} the
video room itself, for a line whose address is too long for the page's link.
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
    "open time",
]
_STOP = Text("STOP to end.", "STOP: fin.")
_HELP = Text("HELP for help, STOP to end.", "HELP: ayuda, STOP: fin.")


def _form(en: str, es: str, end: Text = _STOP) -> Text:
    return Text("{name}: " + en, "{name}: " + es).then(end)


TEXTS: dict[Kind, tuple[Text, ...]] = {
    "booked": (
        _form(
            "booked {when}. Join or change: {link} Code {code}.",
            "cita {when}. Entrar o cambiar: {link} Clave {code}.",
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
            "reminder: visit {when}. Join: {link} Reply C to confirm, M to move.",
            "recordatorio, cita {when}. Entrar: {link} C confirma, M cambia.",
        ),
        _form(
            "reminder: visit {when}. Join: {video} Change: {number}.",
            "recordatorio, cita {when}. Entrar: {video} Cambios: {number}.",
        ),
        _form(
            "reminder: visit {when}. Reply C to confirm. For the link or a change: {number}.",
            "recordatorio, cita por video {when}. C confirma. Enlace y cambios: {number}.",
        ),
    ),
    "hour before": (
        _form(
            "your visit is today at {time}. Join: {link} Help: {number}.",
            "su cita por video es hoy, {time}. Entrar: {link} Ayuda: {number}.",
        ),
        _form(
            "your visit is today at {time}. Join: {video} Help: {number}.",
            "su cita por video es hoy, {time}. Entrar: {video} Ayuda: {number}.",
        ),
        _form(
            "your visit is today at {time}. For the link or a change: {number}.",
            "su cita por video es hoy, {time}. Enlace y cambios: {number}.",
        ),
    ),
    "moved by staff": (
        _form(
            "we moved your visit to {when}. Join: {link} Can't make it? {number}.",
            "movimos su cita a: {when}. Entrar: {link} ¿No puede? {number}.",
        ),
        _form(
            "we moved your visit to {when}. Join: {video} Can't make it? {number}.",
            "movimos su cita a: {when}. Entrar: {video} ¿No puede? {number}.",
        ),
        _form(
            "the clinic moved your visit to {when}. For the link or a change: {number}.",
            "movimos su cita por video a: {when}. Enlace y cambios: {number}.",
        ),
    ),
    "moved by patient": (
        _form(
            "your visit is now {when}. Join: {link} Not right? {number}.",
            "nueva cita, {when}. Entrar: {link} ¿No es correcto? {number}.",
        ),
        _form(
            "your visit is now {when}. Join: {video} Not right? {number}.",
            "nueva cita, {when}. Entrar: {video} ¿No es correcto? {number}.",
        ),
        _form(
            "your visit is now {when}. For the link or a change: {number}.",
            "su cita por video ahora es: {when}. Enlace y cambios: {number}.",
        ),
    ),
    "cancelled by staff": (
        _form(
            "the clinic had to cancel your visit on {when}. For a new time, call {number}.",
            "tuvimos que cancelar su cita por video del {when}. Para otra hora: {number}.",
        ),
    ),
    "cancelled by patient": (
        _form(
            "your visit on {when} is canceled. To book again, call {number}.",
            "su cita por video del {when} queda cancelada. Para otra hora: {number}.",
        ),
    ),
    "restored by staff": (
        _form(
            "the visit is on again: {when}. Join: {link} Can't make it? {number}.",
            "su cita sigue el {when}. Entrar: {link} ¿No puede? {number}.",
        ),
        _form(
            "your visit is on again: {when}. Join: {video} Can't make it? {number}.",
            "su cita sigue el {when}. Entrar: {video} ¿No puede? {number}.",
        ),
        _form(
            "your visit is on again: {when}. For the link or a change: {number}.",
            "su cita por video sigue el {when}. Enlace y cambios: {number}.",
        ),
    ),
    "open time": (
        _form(
            "{when} is open. It is held for you until {time}: {link}",
            "hay lugar, {when}. Se lo guardamos hasta las {time}: {link}",
        ),
        _form(
            "{when} is open until {time}. To take it, call {number}.",
            "hay lugar, {when}, hasta {time}. Para tomarlo: {number}.",
        ),
    ),
}

LINK_TO_FOLLOW: tuple[Text, ...] = (
    _form(
        "booked {when}. Video link to follow. Changes: {link} Code {code}.",
        "cita {when}. El enlace llega luego. Cambios: {link} Clave {code}.",
    ),
    _form(
        "you are booked {when}, by video. Your link comes in a later text. Code {code}."
        " Change: {number}.",
        "cita por video {when}. El enlace le llega luego. Clave {code}. Cambios: {number}.",
        _HELP,
    ),
)
"""Replaces "booked" while the calendar has not created the video link yet."""

OFFERS: frozenset[Kind] = frozenset({"open time"})
"""What holds a time for somebody who waits; one that does not arrive goes to the next in line."""
NEWS: frozenset[Kind] = frozenset(TEXTS) - OFFERS - {"day before", "hour before"}
"""What a patient must be told: by phone when a text can not be sent."""
REMINDERS: frozenset[Kind] = frozenset({"day before", "hour before"})
ASKED_FOR: frozenset[Kind] = frozenset(
    {"booked", "link", "moved by patient", "cancelled by patient"}
)
"""What follows at once from something the patient did."""
CORRECTIONS: frozenset[Kind] = NEWS - {"booked", "link"}
"""What says that an earlier text, or what the caller heard, does not hold anymore."""
