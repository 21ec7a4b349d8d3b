"""A change that staff made in the calendar -> what follows, stored before it is acted on.

Staff are masters of their calendar: whatever they did is accepted. An event is compared with its
booking, not with what we remember writing, so our own writes, which agree with the booking, lead
to nothing. The database stores, in one transaction: the change (each version of an event once),
the booking as it is now, what the patient is to be told, and the cursor.

What staff may also make of an event: all-day, or repeating. The visit keeps its time, because its
patient still expects it, and the event is marked for staff. An event dragged onto, or renamed to,
"Open for screenings" is a visit like before: opened times are never busy, but bookings are.

Moved on top of another booking: the constraint forbids two bookings in one clinician's lane, and
it must, because it is what keeps callers apart. So the moved booking leaves the lane: it gets the
lane -id, in which nobody else can be, and comes back once its time is free. Its time stays taken
for callers: offers count every lane, and the insert reads the calendar. A state of its own for such
bookings would have to be known wherever "booked" is; the lane is known to the constraint alone.
"""

import logging
from datetime import datetime
from typing import Literal

from psycopg import AsyncConnection
from psycopg.errors import DeadlockDetected, ExclusionViolation, LockNotAvailable, UniqueViolation
from psycopg.rows import dict_row

from calendar_sync import job_queue
from calendar_sync.availability.postgres_ranges import as_range
from calendar_sync.availability.span import Span
from calendar_sync.bookings import notices
from calendar_sync.bookings.booking import Booking, from_row, pending_move
from calendar_sync.calendars.contract import CalendarEvent, Changes, CursorExpired, Unknown
from calendar_sync.clinic import Clinic
from calendar_sync.sync import move
from calendar_sync.sync.call_back_events import was_closed

log = logging.getLogger(__name__)
Outcome = Literal["moved", "cancelled", "restored", "kept"]

_TURN = 0x57AFF
"""The advisory lock of those who read changes; the number is arbitrary."""


async def read_changes(clinic: Clinic) -> None:
    """Read what changed since the last time and follow it.

    Another look is queued, in the same transaction, for a booking whose event changed while it was
    being inserted, was moved, or did not show in a full reading.
    """
    async with clinic.pool.connection() as conn:
        since = await _cursor(conn)
    read = await clinic.calendar.changes(since)
    whole = since is None or isinstance(read, CursorExpired)
    if isinstance(read, CursorExpired):
        read = await clinic.calendar.changes(None)
    if not isinstance(read, Changes):
        why = read.why if isinstance(read, Unknown) else "its cursor ends at once"
        log.warning("the calendar's changes could not be read: %s", why)
        return
    if not await _followed(clinic, read, since, whole=whole):
        await read_changes(clinic)


async def _followed(clinic: Clinic, read: Changes, since: str | None, *, whole: bool) -> bool:
    """Follow what was read; False when somebody else was faster, with a reading perhaps older."""
    async with clinic.pool.connection() as conn, conn.transaction():
        await conn.execute("SELECT pg_advisory_xact_lock(%s)", [_TURN])
        if await _cursor(conn) != since:
            return False
        again = [each for entry in read.entries if (each := await follow(conn, clinic, entry))]
        if whole:
            again += await _unseen(conn, clinic, read.entries)
        await conn.execute(
            "INSERT INTO calendar_cursor (cursor) VALUES (%s)"
            " ON CONFLICT (one) DO UPDATE SET cursor = excluded.cursor, read_at = now()",
            [read.cursor],
        )
        for booking_id in again:
            await job_queue.look_at_event(conn, booking_id)
    return True


async def follow(conn: AsyncConnection, clinic: Clinic, entry: CalendarEvent) -> int | None:
    """Follow one event as it stands; the booking's id if its event should be looked at again."""
    async with conn.transaction():
        booked = await _of_event(conn, entry.event_id)
        if booked is None:
            await was_closed(conn, entry)
            return None
        wanted = await pending_move(conn, booked.id)
        if wanted and (entry.span, entry.cancelled) == (wanted.slot, False):
            # Our own move for the patient; whoever made it may have died before the booking knew.
            await move.arrive(conn, wanted.id, entry, "", clinic.now(), clinic.rules.zone)
            return None
        outcome = _outcome(clinic, booked, entry)
        if outcome == "later":
            return booked.id
        if outcome is None or not await _is_new(conn, booked, entry, outcome):
            return None
        if outcome == "cancelled":
            await conn.execute(
                "UPDATE booking SET state = 'cancelled', outcome = 'staff' WHERE id = %s",
                [booked.id],
            )
        elif entry.span is not None and not entry.all_day:
            await _place(conn, booked, entry.span)
        if outcome in {"cancelled", "moved"}:
            await move.staff_were_first(conn, booked.id)
        await notices.require_notice(conn, booked.id, clinic.now(), clinic.rules.zone)
        return None if outcome == "cancelled" else booked.id


async def return_to_lanes(conn: AsyncConnection) -> None:
    """Bookings that left their lane come back once nobody else has their time."""
    rows = await conn.execute("SELECT * FROM booking WHERE clinician < 0 AND state = 'booked'")
    for booking_id, *_ in await rows.fetchall():
        await _take_lane(conn, booking_id)


async def warned(conn: AsyncConnection, now: datetime) -> list[int]:
    """Coming visits that staff were asked to check."""
    rows = await conn.execute(
        "SELECT id FROM booking WHERE state = 'booked' AND warning <> '' AND upper(during) > %s",
        [now],
    )
    return [booking_id for (booking_id,) in await rows.fetchall()]


def _outcome(  # noqa: PLR0911  # one line a case
    clinic: Clinic, booked: Booking, entry: CalendarEvent
) -> Outcome | Literal["later"] | None:
    """What a change is; None when the event is as the booking says, or no longer matters."""
    now = clinic.now()
    differs = entry.cancelled or entry.span != booked.slot
    match booked.state:
        case "held":
            return "later" if differs and booked.confirmed_at is not None else None
        case "booked" if entry.cancelled:
            return "cancelled" if booked.slot.end > now else "kept"
        case "booked" if entry.span is None or entry.all_day:
            return "kept"
        case "booked" if differs and entry.span is not None:
            return "kept" if entry.span.start == booked.slot.start else "moved"
        case "booked":
            return None if entry.etag == booked.etag else "kept"
        case "cancelled" if not entry.cancelled:
            # Until its withdrawal the event of a visit that the patient cancelled still stands.
            gone = booked.outcome == "staff" or booked.withdrawn_at
            return "restored" if gone and entry.span and entry.span.end > now else None
        case _:
            return None


async def _place(conn: AsyncConnection, booked: Booking, span: Span) -> None:
    """Book it at this time, in its clinician's lane if nobody else is there."""
    await conn.execute(
        "UPDATE booking SET state = 'released' WHERE state = 'held' AND confirmed_at IS NULL"
        " AND during && %s",
        [as_range(span)],
    )
    statement = """
        UPDATE booking SET state = 'booked', outcome = NULL, withdrawn_at = NULL,
                           during = %(during)s,
                           clinician = -id, visit_code = CASE WHEN EXISTS (
                             SELECT FROM booking AS other
                             WHERE other.visit_code = booking.visit_code
                               AND other.id <> booking.id AND other.state IN ('held', 'booked'))
                           THEN NULL ELSE visit_code END
        WHERE id = %(id)s
        """
    await conn.execute(statement, {"during": as_range(span), "id": booked.id})
    await _take_lane(conn, booked.id)


async def _take_lane(conn: AsyncConnection, booking_id: int) -> None:
    """Into the first clinician's lane, unless somebody has the time there."""
    try:
        async with conn.transaction():
            await conn.execute(
                """
                UPDATE booking SET clinician = 1
                WHERE id = %s AND state = 'booked' AND NOT EXISTS (
                  SELECT FROM booking AS other
                  WHERE other.clinician = 1 AND other.state IN ('held', 'booked')
                    AND other.during && booking.during AND other.id <> booking.id)
                """,
                [booking_id],
            )
    except (ExclusionViolation, LockNotAvailable, DeadlockDetected, UniqueViolation):
        return


async def _is_new(
    conn: AsyncConnection, booked: Booking, entry: CalendarEvent, outcome: Outcome
) -> bool:
    """Keep the change; False when this version of the event was followed before."""
    cursor = await conn.execute(
        "INSERT INTO staff_change (event_id, etag, booking, outcome) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        [entry.event_id, entry.etag, booked.id, outcome],
    )
    return cursor.rowcount == 1


async def _unseen(
    conn: AsyncConnection, clinic: Clinic, entries: tuple[CalendarEvent, ...]
) -> list[int]:
    """Coming visits whose event a whole reading did not show: cancelled while nobody looked."""
    rows = await conn.execute(
        "SELECT id FROM booking WHERE state = 'booked' AND upper(during) > %s"
        " AND event_id <> ALL (%s)",
        [clinic.now(), [entry.event_id for entry in entries]],
    )
    return [booking_id for (booking_id,) in await rows.fetchall()]


async def _of_event(conn: AsyncConnection, event_id: str) -> Booking | None:
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute("SELECT * FROM booking WHERE event_id = %s FOR UPDATE", [event_id])
        row = await cursor.fetchone()
    return None if row is None else from_row(row)


async def _cursor(conn: AsyncConnection) -> str | None:
    rows = await conn.execute("SELECT cursor FROM calendar_cursor")
    row = await rows.fetchone()
    return None if row is None else str(row[0])
