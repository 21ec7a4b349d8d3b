"""A clinic's calendar at the Google stand-in."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from stand_ins.google.server import DOCTOR, SCREENINGS, Google
from support.clinic import PACIFIC

from calendar_sync.calendars.google.calendar import GoogleCalendar
from calendar_sync.calendars.google.client import GoogleAccess

MAX_MISSES = 2.0
"""Seconds that a test's calendar waits for Google, instead of 3."""


def signed_in(google: Google, folder: Path, *, service: bool = False) -> Path:
    """Write a credentials file for this Google."""
    file = folder / ("service.json" if service else "user.json")
    file.write_text(json.dumps(google.credentials(service=service)))
    return file


@contextmanager
def calendar_at(
    google: Google, folder: Path, *, service: bool = False
) -> Generator[GoogleCalendar]:
    """The clinic's calendar until the context ends."""
    access = GoogleAccess(
        signed_in(google, folder, service=service), google.url, timeout=MAX_MISSES
    )
    try:
        yield GoogleCalendar(access, SCREENINGS, (DOCTOR,), PACIFIC)
    finally:
        access.close()
