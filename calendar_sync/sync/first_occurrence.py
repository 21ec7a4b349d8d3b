"""A visit that staff made recurring is its first occurrence; the other ones belong to staff."""

from collections.abc import Iterable
from datetime import datetime

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from calendar_sync.bookings import booking_writes
from calendar_sync.bookings.booking import Booking, booking
from calendar_sync.calendars.contract import CalendarEvent
from calendar_sync.clinic import Clinic
from calendar_sync.retry import NotYet, known


async def first_occurrence(conn: AsyncConnection, event: CalendarEvent) -> Booking | None:
    """The booking whose visit this is one occurrence of, locked; None if it is a later one.

    Staff chose "only this event", so from now on this occurrence alone is the visit's event.
    """
    if not event.series or event.planned is None:
        return None
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            "SELECT id FROM booking WHERE event_id = %s AND state = 'booked'"
            " AND lower(during) = %s FOR UPDATE",
            [event.series, event.planned],
        )
        row = await cursor.fetchone()
    if row is None:
        return None
    await booking_writes.store(conn, row["id"], event_id=event.event_id)
    return await booking(conn, row["id"], lock=True)


async def visit_alone(clinic: Clinic, event: CalendarEvent) -> CalendarEvent:
    """What a patient may move or cancel of a visit's event: the first day of a recurring one.

    Raises NotYet if the calendar does not know, or does not show that day.
    """
    day = await _first_day(clinic, event)
    if event.first_day and day is None:
        why = "the calendar does not show the first day of a recurring visit"
        raise NotYet(why)
    return day or event


async def first_day_apart(clinic: Clinic, event: CalendarEvent) -> CalendarEvent | None:
    """The first day of a recurring event, if it was moved or deleted by itself.

    It may have been read before its series was where it is now, and is not listed again then.
    Raises NotYet if the calendar does not know.
    """
    day = await _first_day(clinic, event)
    return day if day and (day.cancelled or day.span != event.span) else None


async def _first_day(clinic: Clinic, event: CalendarEvent) -> CalendarEvent | None:
    return known(await clinic.calendar.find(event.first_day)) if event.first_day else None


async def days_of(
    conn: AsyncConnection, events: Iterable[CalendarEvent], now: datetime
) -> list[int]:
    """Coming visits, by id, whose event is one occurrence of these events, changed by itself.

    With all of a series the occurrence goes too, and comes back; nothing promises that it is listed
    then. So visits that were canceled with it count as well.
    """
    rows = await conn.execute(
        "SELECT id FROM booking WHERE state IN ('booked', 'cancelled') AND upper(during) > %s"
        " AND event_id LIKE '%%\\_%%' AND split_part(event_id, '_', 1) = ANY (%s)",
        [now, [event.event_id for event in events]],
    )
    return [booking_id for (booking_id,) in await rows.fetchall()]
