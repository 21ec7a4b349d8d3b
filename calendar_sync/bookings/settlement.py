"""What the diary's answer does to a confirmed booking: one transaction each, safe to repeat.

Every change names the state and the generation it expects, so a job that runs twice, or late,
changes nothing the second time.
"""

from typing import Literal

from psycopg import AsyncConnection

from calendar_sync import job_queue
from calendar_sync.bookings import call_backs
from calendar_sync.bookings.booking import Booking
from calendar_sync.bookings.event_text import event_id


async def mark_booked(conn: AsyncConnection, waiting: Booking, etag: str) -> bool:
    """The event was read back from the diary: booked. False when the booking moved on meanwhile."""
    async with conn.transaction():
        cursor = await conn.execute(
            "UPDATE booking SET state = 'booked', etag = %s, promised = during"
            " WHERE id = %s AND state = 'held' AND confirmed_at IS NOT NULL AND event_id = %s",
            [etag, waiting.id, waiting.event_id],
        )
        if cursor.rowcount == 1:
            await job_queue.notify_patient(conn, waiting.id)
        return cursor.rowcount == 1


async def mark_deleted(conn: AsyncConnection, waiting: Booking) -> None:
    """Staff deleted the event before it was read back: cancelled, as they wish; they call."""
    async with conn.transaction():
        cursor = await conn.execute(
            "UPDATE booking SET state = 'cancelled', outcome = 'staff' WHERE id = %s"
            " AND state = 'held' AND confirmed_at IS NOT NULL AND event_id = %s",
            [waiting.id, waiting.event_id],
        )
        if cursor.rowcount == 1:
            reason = call_backs.DELETED_TOO_SOON
            await call_backs.ask(conn, waiting.call_sid, reason, waiting.number, waiting.language)


async def give_up(
    conn: AsyncConnection, waiting: Booking, outcome: Literal["taken", "failed"], reason: str
) -> bool:
    """Release a confirmed booking; a failed one becomes a call back.

    One that was taken does not: a caller who is still on the line is offered other times; for
    those who are not see `call_back_the_unlucky`. False when the booking moved on meanwhile.
    """
    async with conn.transaction():
        cursor = await conn.execute(
            "UPDATE booking SET state = 'released', outcome = %s WHERE id = %s AND state = 'held'"
            " AND confirmed_at IS NOT NULL AND event_id = %s",
            [outcome, waiting.id, waiting.event_id],
        )
        if cursor.rowcount == 0:
            return False
        if outcome == "failed":
            await call_backs.ask(conn, waiting.call_sid, reason, waiting.number, waiting.language)
        return True


async def next_generation(conn: AsyncConnection, waiting: Booking) -> None:
    """The event id is used up: give the booking the next one."""
    generation = waiting.generation + 1
    async with conn.transaction():
        await conn.execute(
            "UPDATE booking SET generation = %s, event_id = %s WHERE id = %s AND state = 'held'"
            " AND event_id = %s",
            [
                generation,
                event_id(waiting.call_sid, waiting.step, generation),
                waiting.id,
                waiting.event_id,
            ],
        )


async def call_back_lost_bookings(conn: AsyncConnection) -> None:
    """Ask staff to call those whose confirmed time was taken, and whose call ended with nothing.

    Nobody else may tell them: they had hung up before the calendar's answer, or soon after it. A
    call whose end was never reported counts as ended after an hour.
    """
    rows = await conn.execute(
        """
        SELECT DISTINCT ON (call_sid) call_sid, number, language
        FROM booking JOIN call ON sid = call_sid
        WHERE state = 'released' AND booking.outcome = 'taken'
          AND confirmed_at > now() - interval '1 day'
          AND coalesce(ended_at, began_at + interval '1 hour') < now()
          AND NOT EXISTS (SELECT FROM booking AS other
                          WHERE other.call_sid = sid AND other.confirmed_at IS NOT NULL
                            AND other.state <> 'released')
          AND NOT EXISTS (SELECT FROM call_back WHERE call_back.call_sid = sid)
        """
    )
    for call_sid, number, language in await rows.fetchall():
        await call_backs.ask(conn, call_sid, call_backs.TAKEN_AFTER_ALL, number, language)
