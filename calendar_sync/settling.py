"""What the diary's answer does to a confirmed booking: one transaction each, safe to repeat.

Every change names the state and the generation it expects, so a job that runs twice, or late,
changes nothing the second time.
"""

from typing import Literal

from psycopg import AsyncConnection

from calendar_sync import call_backs
from calendar_sync.booking import Booking
from calendar_sync.event import event_id
from calendar_sync.news import owe_news


async def mark_booked(conn: AsyncConnection, waiting: Booking, etag: str) -> bool:
    """The event was read back from the diary: booked. False when the booking moved on meanwhile."""
    async with conn.transaction():
        cursor = await conn.execute(
            "UPDATE booking SET state = 'booked', etag = %s, promised = during"
            " WHERE id = %s AND state = 'held' AND confirmed_at IS NOT NULL AND event_id = %s",
            [etag, waiting.id, waiting.event_id],
        )
        if cursor.rowcount == 1:
            await owe_news(conn, waiting.id)
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
    """Release a confirmed booking; a failed one always becomes a call back.

    One that was taken becomes a call back only after the call has ended: a caller who is still on
    the line is offered other times. False when the booking moved on meanwhile.
    """
    async with conn.transaction():
        cursor = await conn.execute(
            "UPDATE booking SET state = 'released', outcome = %s WHERE id = %s AND state = 'held'"
            " AND confirmed_at IS NOT NULL AND event_id = %s",
            [outcome, waiting.id, waiting.event_id],
        )
        if cursor.rowcount == 0:
            return False
        if outcome == "failed" or await _has_ended(conn, waiting.call_sid):
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


async def _has_ended(conn: AsyncConnection, call_sid: str) -> bool:
    cursor = await conn.execute(
        "SELECT FROM call WHERE sid = %s AND ended_at IS NOT NULL", [call_sid]
    )
    return await cursor.fetchone() is not None
