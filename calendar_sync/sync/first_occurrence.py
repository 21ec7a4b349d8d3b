"""A visit that staff made recurring is its first occurrence; the other ones belong to staff."""

from collections.abc import Iterable
from datetime import datetime

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from calendar_sync.bookings import booking_writes
from calendar_sync.bookings.booking import Booking, booking
from calendar_sync.calendars.contract import CalendarEvent


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
