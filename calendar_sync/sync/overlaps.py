"""Visits over which something else lies in a calendar that blocks times.

A change of such a calendar, a day off for example, is not among the changes that are followed, so
the coming visits are compared with its busy times.
"""

from datetime import timedelta

from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from calendar_sync import job_queue
from calendar_sync.availability.postgres_ranges import as_span
from calendar_sync.availability.span import Span
from calendar_sync.calendars.contract import Unknown
from calendar_sync.clinic import Clinic

_REACH = timedelta(days=59)
"""Calendars refuse to give busy times of more than 60 days."""


async def check_overlaps(clinic: Clinic) -> None:
    """Queue a look at each coming visit that something overlaps, or that has a warning."""
    for each in clinic.each:
        await _check(each)


async def _check(clinic: Clinic) -> None:
    """The same for the visits of the clinic's present clinician."""
    now = clinic.now()
    async with clinic.pool.connection() as conn:
        rows = await _coming_visits(conn, clinic.clinician_id, Span(now, now + _REACH))
    if not rows:
        return
    visits = [(booking_id, as_span(during), warned) for booking_id, _, during, warned in rows]
    within = Span(min(span.start for _, span, _ in visits), now + _REACH)
    others = await clinic.calendar.busy(within, besides={event_id for _, event_id, *_ in rows})
    if isinstance(others, Unknown):
        others = ()
    async with clinic.pool.connection() as conn, conn.transaction():
        for booking_id, span, warned in visits:
            if warned or any(span.overlaps(other) for other in others):
                await job_queue.look_at_event(conn, booking_id)


async def _coming_visits(conn: AsyncConnection, clinician_id: str, within: Span) -> list[TupleRow]:
    """Booking, event id, time, and whether there is a warning, of each booked visit."""
    rows = await conn.execute(
        "SELECT id, event_id, during, warning <> '' FROM booking WHERE state = 'booked'"
        " AND clinician_id = %s AND event_id IS NOT NULL AND during && tstzrange(%s, %s)",
        [clinician_id, within.start, within.end],
    )
    return await rows.fetchall()
