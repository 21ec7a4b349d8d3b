"""The visit as an entry for the patient's own calendar: no name, no health data, no secret link.

Other people may see that calendar, and its provider stores it.
"""

import re
from datetime import UTC, datetime
from urllib.parse import urlencode
from uuid import NAMESPACE_URL, uuid5

from calendar_sync.availability.span import Span
from voice.language import Language, Text
from voice.phone_numbers import shown_number

TITLE = Text("Visit by video", "Cita por video")
NOTE = Text(
    "To join, move, or cancel, open the link in your text, or call {number}.",
    "Para entrar, cambiar o cancelar, abra el enlace de su mensaje de texto o llame al {number}.",
)
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
"""SEQUENCE counts seconds from here, which leaves it far below the largest integer of 2^31 - 1."""
_OCTETS = 75
"""The longest line of a calendar file, without its line break (RFC 5545, section 3.1)."""


def entry(clinic_number: str, language: Language) -> tuple[str, str]:
    """Title and description of the calendar entry; `clinic_number` in E.164."""
    note = NOTE.about(number=shown_number(clinic_number))
    return TITLE.spoken_in(language), note.spoken_in(language)


def calendar_file(key: str, slot: Span, title: str, note: str, now: datetime) -> bytes:
    """An iCalendar file (RFC 5545) with one event in UTC.

    The UID comes from `key`, and SEQUENCE rises with `now`, so a file that is downloaded after a
    move replaces the earlier entry (RFC 5545, section 3.8.7.4). It has no METHOD: each one that
    fits needs an ORGANIZER (RFC 5546, section 3.2), which would make the entry somebody else's.
    """
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Screening Line//Visit//EN",
        "BEGIN:VEVENT",
        f"UID:{uuid5(NAMESPACE_URL, f'screening-line:{key}')}",
        f"SEQUENCE:{int((now - _EPOCH).total_seconds())}",
        f"DTSTAMP:{_utc(now)}",
        f"DTSTART:{_utc(slot.start)}",
        f"DTEND:{_utc(slot.end)}",
        f"SUMMARY:{escaped(title)}",
        f"DESCRIPTION:{escaped(note)}",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return b"".join(folded(line) for line in lines)


def google_link(slot: Span, title: str, note: str) -> str:
    """A URL that opens Google Calendar with the entry filled in."""
    asked = {
        "action": "TEMPLATE",
        "text": title,
        "dates": f"{_utc(slot.start)}/{_utc(slot.end)}",
        "details": note,
    }
    return f"https://calendar.google.com/calendar/render?{urlencode(asked)}"


def escaped(text: str) -> str:
    """Escape backslash, semicolon, comma, and line breaks (RFC 5545, section 3.3.11)."""
    text = re.sub(r"([\\;,])", r"\\\1", text)
    return re.sub(r"\r\n|\r|\n", r"\\n", text)


def folded(line: str) -> bytes:
    """A content line with its line break, folded between characters (RFC 5545, section 3.1)."""
    parts, part = list[bytes](), b""
    for character in line:
        octets = character.encode()
        if len(part) + len(octets) > _OCTETS:
            parts.append(part)
            part = b" "
        part += octets
    return b"\r\n".join([*parts, part]) + b"\r\n"


def _utc(at: datetime) -> str:
    return f"{at:%Y%m%dT%H%M%SZ}"
