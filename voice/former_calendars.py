"""Remembers which Google calendar each therapist has, the only writer of `clinician_calendar`.

So `forget` still reaches the events of one whom CLINICIANS does not name any more.
"""

from psycopg_pool import AsyncConnectionPool

from calendar_sync.calendars.contract import Calendar
from calendar_sync.clinic import Clinic
from calendar_sync.clinician import DEFAULT_ID
from voice.calendar_setup import google_calendar_at
from voice.clinician_file import read_clinicians
from voice.settings import Settings

_REMEMBER = """
INSERT INTO clinician_calendar (clinician_id, calendar) VALUES (%s, %s)
ON CONFLICT (clinician_id) DO UPDATE SET calendar = excluded.calendar
"""


async def remember_calendars(pool: AsyncConnectionPool, settings: Settings) -> None:
    """Store the calendars that are set now; one that a therapist had before is not kept."""
    if not settings.uses_google:
        return
    own = settings.google_screenings_calendar_id
    named = read_clinicians(settings.clinicians)
    calendars = {each.id: each.screenings_calendar or own for each in named} or {DEFAULT_ID: own}
    async with pool.connection() as conn, conn.transaction():
        for clinician_id, calendar in sorted(calendars.items()):
            await conn.execute(_REMEMBER, [clinician_id, calendar])


async def former_calendars(clinic: Clinic, settings: Settings) -> dict[str, Calendar]:
    """The last calendars of therapists whom the settings do not name any more, by their ids."""
    if not settings.uses_google:
        return {}
    async with clinic.pool.connection() as conn:
        rows = await conn.execute(
            "SELECT clinician_id, calendar FROM clinician_calendar WHERE clinician_id <> ALL (%s)",
            [[each.clinician_id for each in clinic.each]],
        )
        return {
            clinician_id: google_calendar_at(clinic.calendar, calendar)
            for clinician_id, calendar in await rows.fetchall()
        }
