"""The clinic's therapists, from the file of CLINICIANS and the settings that it leaves to them."""

from collections.abc import Iterable
from dataclasses import replace

from psycopg_pool import AsyncConnectionPool

from calendar_sync.availability.opening_hours import Rules, parse_hours
from calendar_sync.calendars.contract import Calendar
from calendar_sync.clinician import Clinician
from voice.calendar_setup import calendar_of, push_for
from voice.clinician_file import ClinicianEntry, read_clinicians
from voice.dialogue.replay import Therapist
from voice.language import Text
from voice.settings import Settings


def clinicians_for(
    settings: Settings, pool: AsyncConnectionPool, calendar: Calendar
) -> tuple[Clinician, ...]:
    """The therapists in the order of the file; () without one. `calendar` is the clinic's own."""
    return tuple(
        _clinician(settings, pool, calendar, entry)
        for entry in read_clinicians(settings.clinicians)
    )


def heard(clinicians: Iterable[Clinician]) -> list[Therapist]:
    """The same as callers hear them."""
    return [
        Therapist(one.id, Text(one.spoken["en"], one.spoken["es"]), one.offered)
        for one in clinicians
    ]


def _clinician(
    settings: Settings, pool: AsyncConnectionPool, calendar: Calendar, entry: ClinicianEntry
) -> Clinician:
    own = calendar_of(settings, pool, calendar, entry)
    return Clinician(
        entry.id,
        own,
        _rules(settings.rules, entry),
        entry.video_room or settings.video_url or None,
        push_for(settings, own),
        entry.name,
        {"en": entry.spoken_en, "es": entry.spoken_es},
        entry.languages,
        entry.new_visits,
    )


def _rules(clinic: Rules, entry: ClinicianEntry) -> Rules:
    """The clinic's rules with the therapist's hours and, besides the clinic's, closed dates."""
    hours = parse_hours(entry.hours) if entry.hours else clinic.hours
    return replace(
        clinic, hours=hours, closed_dates=clinic.closed_dates | (entry.closed_dates or frozenset())
    )
