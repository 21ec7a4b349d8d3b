"""A clinic with two therapists: the one of all other tests, and a colleague who speaks Spanish."""

from dataclasses import replace
from pathlib import Path

from calendar_sync.calendars.contract import Calendar
from calendar_sync.clinic import Clinic
from calendar_sync.clinician import DEFAULT_ID, Clinician

COLLEAGUE = "rivera"
TEAM = Path(__file__).with_name("two_therapists.toml")
"""The same two as the settings name them."""


def with_two(clinic: Clinic, colleague: Calendar) -> Clinic:
    """The clinic and a colleague with this calendar and the same hours."""
    spring = Clinician(
        DEFAULT_ID,
        clinic.calendar,
        clinic.rules,
        clinic.video_url,
        name="Dr. Joel Spring",
        spoken={"en": "Doctor Spring", "es": "el doctor Spring"},
    )
    rivera = Clinician(
        COLLEAGUE,
        colleague,
        clinic.rules,
        "https://video.example.org/rivera",
        name="Dr. Ana Rivera",
        spoken={"en": "Doctor Rivera", "es": "la doctora Rivera"},
        languages=frozenset({"en", "es"}),
    )
    return replace(clinic, clinicians=(spring, rivera))


def with_calendar(clinic: Clinic, calendar: Calendar) -> Clinic:
    """The clinic with another calendar for its first therapist."""
    team = tuple(
        replace(one, calendar=calendar) if one.id == DEFAULT_ID else one
        for one in clinic.clinicians
    )
    return replace(clinic, calendar=calendar, clinicians=team)
