"""The visit as an entry in the patient's own calendar: no name, nothing of health, no secret link.

The calendar may be shared with others and is kept by whoever keeps the patient's calendar.
"""

import re
from datetime import datetime
from urllib.parse import urlencode
from uuid import NAMESPACE_URL, uuid5

from calendar_sync.availability.span import Span
from voice.language import Language
from voice.patient_page import wording
from voice.phone_numbers import shown_number

_OCTETS = 75
"""A line of a calendar file is no longer, its line break not counted (RFC 5545, section 3.1)."""


def entry(clinic_number: str, language: Language) -> tuple[str, str]:
    """Its title and its note; `clinic_number` in E.164."""
    note = wording.ENTRY_NOTE.about(number=shown_number(clinic_number))
    return wording.ENTRY.spoken_in(language), note.spoken_in(language)


def calendar_file(key: str, slot: Span, title: str, note: str, now: datetime) -> bytes:
    """An iCalendar file (RFC 5545) with one event in UTC.

    The same `key` is the same event, so a file that was downloaded later moves it.
    """
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Screening Line//Visit//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{uuid5(NAMESPACE_URL, f'screening-line:{key}')}",
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
    """Opens Google Calendar with the entry filled in; nothing is sent before it is pressed."""
    asked = {
        "action": "TEMPLATE",
        "text": title,
        "dates": f"{_utc(slot.start)}/{_utc(slot.end)}",
        "details": note,
    }
    return f"https://calendar.google.com/calendar/render?{urlencode(asked)}"


def escaped(text: str) -> str:
    """A TEXT value: backslash, semicolon, comma and line breaks (RFC 5545, section 3.3.11)."""
    text = re.sub(r"([\\;,])", r"\\\1", text)
    return re.sub(r"\r\n|\r|\n", r"\\n", text)


def folded(line: str) -> bytes:
    """A content line, folded between characters, and its line break (RFC 5545, section 3.1)."""
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
