"""Finds an event that staff may have put into another calendar.

Google keeps the event's id then: in the first calendar the event shows as cancelled, in the second
it appears. So a cancelled event is a cancellation only if no other calendar has it: a colleague's,
or one that only blocks times.
"""

from datetime import datetime

from psycopg import AsyncConnection

from calendar_sync.availability.postgres_ranges import as_span
from calendar_sync.availability.span import Span
from calendar_sync.calendars.contract import CalendarEvent, Unknown
from calendar_sync.clinic import Clinic
from calendar_sync.retry import known


async def locate(clinic: Clinic, event_id: str) -> tuple[Clinic, CalendarEvent]:
    """The event, and the clinic as the clinician has it in whose calendar it is.

    The calendar of `clinic` comes first. An event that no calendar knows counts as cancelled there.
    Raises NotYet if one of the calendars does not answer.
    """
    own = known(await clinic.calendar.find(event_id))
    if own is not None and not own.cancelled:
        return clinic, own
    gone = CalendarEvent(event_id, None, "", "", "", None, cancelled=True, etag="")
    return await elsewhere(clinic, event_id) or (clinic, own or gone)


async def elsewhere(clinic: Clinic, event_id: str) -> tuple[Clinic, CalendarEvent] | None:
    """The same for the other calendars; None if none of them has the event.

    In a calendar that only blocks times it stays with the clinician of `clinic`. Only a coming
    visit is looked for there. Raises NotYet if a calendar does not answer, and none of the others
    has it.
    """
    unknown: Unknown | None = None
    colleagues = [each for each in clinic.each if each.clinician_id != clinic.clinician_id]
    for other in colleagues:
        found = await other.calendar.find(event_id)
        if isinstance(found, Unknown):
            unknown = found
        elif found is not None and not found.cancelled:
            return other, found
    async with clinic.pool.connection() as conn:
        slot = await _coming(conn, event_id, clinic.now())
    for each in (clinic, *colleagues) if slot else ():
        found = await each.calendar.find_beside(event_id, slot)
        if isinstance(found, Unknown):
            unknown = found
        elif found is not None:
            return clinic, found
    if unknown is not None:
        known(unknown)
    return None


async def _coming(conn: AsyncConnection, event_id: str, now: datetime) -> Span | None:
    """When the visit with this event is, unless it is over."""
    rows = await conn.execute(
        "SELECT during FROM booking WHERE event_id = %s AND upper(during) > %s", [event_id, now]
    )
    row = await rows.fetchone()
    return as_span(row[0]) if row else None
