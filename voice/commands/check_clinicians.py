"""What `screening-line check` finds of the therapists: who they are, and whose visits are left."""

from datetime import timedelta
from uuid import uuid4

import psycopg

from calendar_sync.availability.span import Span
from calendar_sync.bookings.event_text import event_id
from calendar_sync.calendars.contract import Calendar, Event, Gone, Inserted, Refused, Unknown
from calendar_sync.clinician import DEFAULT_ID
from voice.calendar_setup import google_calendar_of
from voice.clinician_file import read_clinicians
from voice.clock import utc_now
from voice.commands.findings import Finding, Line
from voice.database.connection import no_answer
from voice.settings import Settings

_SHARE = "check the ids in CLINICIANS, and share these calendars with the line's account"
_COMING = """
SELECT clinician_id, count(*) FROM booking
WHERE state IN ('held', 'booked') AND confirmed_at IS NOT NULL AND upper(during) > now()
GROUP BY clinician_id ORDER BY clinician_id
"""
_READ_NOW = """
SELECT clinician_id FROM busy_times
WHERE read_at BETWEEN now() - interval '5 minutes' AND now() + interval '1 minute'
"""
"""The therapists whose calendars a running worker reads each minute."""


def look(settings: Settings) -> list[Finding]:
    """Each therapist of the file CLINICIANS; nothing without one."""
    team = read_clinicians(settings.clinicians)
    found = [
        Finding(
            "ok",
            f"therapist {each.name}: {'new visits' if each.new_visits else 'no new visits'}, "
            f"speaks {' and '.join(sorted(each.languages))}",
        )
        for each in team
    ]
    clinics_own = settings.google_screenings_calendar_id
    doubled = [each for each in team if each.screenings_calendar == clinics_own]
    if clinics_own and doubled and any(not each.screenings_calendar for each in team):
        says = (
            f"therapist {doubled[0].name}: has the calendar of GOOGLE_SCREENINGS_CALENDAR_ID, as"
            " does the one without a screenings_calendar; give each their own"
        )
        found.append(Finding("wrong", says))
    return found


async def at_google(settings: Settings, clinics: Calendar) -> list[Line]:
    """Read each therapist's calendars, write a test event into theirs, and delete it again."""
    team = read_clinicians(settings.clinicians)
    return [
        await _calendar(each.name, google_calendar_of(settings, clinics, each))
        for each in team
        if each.screenings_calendar
    ]


async def _calendar(name: str, calendar: Calendar) -> Line:
    start = utc_now().replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
    span = Span(start, start + timedelta(minutes=5))
    event = Event(event_id("check", str(uuid4()), 0), span, "Test of the line", blocks=False)
    busy = await calendar.busy(span)
    if isinstance(busy, Unknown):
        return "wrong", f"{name}: the busy times cannot be read ({busy.why}); {_SHARE}"
    made = await calendar.insert(event)
    if not isinstance(made, Inserted):
        why = made.why if isinstance(made, Unknown | Refused) else "its id is used"
        return "wrong", f"{name}: a test event cannot be written ({why}); {_SHARE}"
    if not isinstance(await calendar.cancel(event.id, made.etag), Gone):
        return "wrong", f'{name}: delete the event "{event.title}" by hand; {_SHARE}'
    return "ok", f"{name}: busy times can be read, a test event was written and deleted"


def visits(settings: Settings, dsn: str) -> list[Finding]:
    """Coming visits of therapists whom the settings do not name, and processes that name others.

    For a database with the newest tables. Raises DatabaseError.
    """
    named = {each.id for each in read_clinicians(settings.clinicians)} or {DEFAULT_ID}
    try:
        with psycopg.connect(dsn, connect_timeout=5) as conn:
            coming = conn.execute(_COMING).fetchall()
            read = {whose for (whose,) in conn.execute(_READ_NOW)}
    except psycopg.OperationalError as error:
        raise no_answer(error) from error
    left = [
        Finding(
            "wrong",
            f'therapist "{whose}": CLINICIANS does not name them any more, and their coming visits'
            f" ({count}) are kept but not followed; put the entry back with new_visits = false"
            " until staff have moved or deleted them in the calendar",
        )
        for whose, count in coming
        if whose not in named
    ]
    if not read or read == named:
        return left
    others = ", ".join(sorted(read ^ named))
    says = (
        f"the line runs with another file of CLINICIANS than this one (differs in: {others});"
        " give every process the same file, and restart them all"
    )
    return [*left, Finding("wrong", says)]
