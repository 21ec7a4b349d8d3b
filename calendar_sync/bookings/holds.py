"""Holding a time while the caller decides, and letting it go.

Which of many callers gets a time is decided by the constraint `booking_no_overlap` alone. Holds
are inserted with ON CONFLICT DO NOTHING, never plainly: racing plain inserts deadlock inside the
constraint's check and wait a second for each victim. Before its insert a transaction touches only
rows that overlap its own time, so callers who swap times cannot wait for each other in a circle.
"""

from dataclasses import dataclass

from psycopg import AsyncConnection
from psycopg.errors import (
    DeadlockDetected,
    ExclusionViolation,
    LockNotAvailable,
    SerializationFailure,
)
from psycopg.rows import dict_row

from calendar_sync.availability.postgres_ranges import as_range
from calendar_sync.availability.span import Span
from calendar_sync.bookings.booking import Booking, Taken, from_row


@dataclass(frozen=True, slots=True)
class Held:
    """The call has the time for five minutes; ask with `booking_id` from now on."""

    booking_id: int


async def hold(conn: AsyncConnection, call_sid: str, step: str, slot: Span) -> Held | Taken:
    """Hold a time for this call, for five minutes by the database's clock.

    Lets go of the call's other unconfirmed holds. The same call and step again is the same
    outcome, as long as the time is still theirs; the same step with another time is Taken.
    """
    try:
        return await _hold(conn, call_sid, step, slot)
    except (DeadlockDetected, SerializationFailure):
        return await _hold(conn, call_sid, step, slot)


async def revive(conn: AsyncConnection, lapsed: Booking) -> bool:
    """Take the time of an expired or released hold again, if nobody has it now.

    Not for a call that went on to another time, and never for a booking once confirmed.
    """
    try:
        async with conn.transaction():
            await _clear_the_way(conn, lapsed.call_sid, lapsed.step, lapsed.slot)
            cursor = await conn.execute(
                """
                UPDATE booking SET state = 'held', expires_at = now() + interval '5 minutes'
                WHERE id = %(id)s AND state = 'released' AND confirmed_at IS NULL
                  AND NOT EXISTS (SELECT FROM booking AS other
                                  WHERE other.call_sid = %(call_sid)s AND other.id <> %(id)s
                                    AND other.state IN ('held', 'booked'))
                """,
                {"id": lapsed.id, "call_sid": lapsed.call_sid},
            )
            return cursor.rowcount == 1
    except (ExclusionViolation, LockNotAvailable, DeadlockDetected):
        return False


async def release_unconfirmed(conn: AsyncConnection, call_sid: str) -> int:
    """The call has ended: let go of what it held and never confirmed; how many that were."""
    async with conn.transaction():
        cursor = await conn.execute(
            "UPDATE booking SET state = 'released'"
            " WHERE call_sid = %s AND state = 'held' AND confirmed_at IS NULL",
            [call_sid],
        )
        return cursor.rowcount


async def release_expired(conn: AsyncConnection) -> int:
    """Let go of every unconfirmed hold whose five minutes are over; how many that were."""
    async with conn.transaction():
        cursor = await conn.execute(
            "UPDATE booking SET state = 'released'"
            " WHERE state = 'held' AND confirmed_at IS NULL AND expires_at < now()"
        )
        return cursor.rowcount


async def _hold(conn: AsyncConnection, call_sid: str, step: str, slot: Span) -> Held | Taken:
    try:
        async with conn.transaction():
            await _clear_the_way(conn, call_sid, step, slot)
            cursor = await conn.execute(
                """
                INSERT INTO booking (call_sid, step, during, state, expires_at)
                VALUES (%s, %s, %s, 'held', now() + interval '5 minutes')
                ON CONFLICT DO NOTHING RETURNING id
                """,
                [call_sid, step, as_range(slot)],
            )
            new = await cursor.fetchone()
            if new is None:
                return await _again(conn, call_sid, step, slot)
            await _release_others(conn, call_sid, new[0])
            return Held(new[0])
    except LockNotAvailable:
        # Somebody is just taking it. A doubled webhook of our own has left its row by now.
        async with conn.transaction():
            return await _again(conn, call_sid, step, slot)


async def _again(conn: AsyncConnection, call_sid: str, step: str, slot: Span) -> Held | Taken:
    """Nothing was inserted: a repeat of our own hold, or a lost race."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            "SELECT * FROM booking WHERE call_sid = %s AND step = %s", [call_sid, step]
        )
        row = await cursor.fetchone()
    if row is None:
        return Taken()
    ours = from_row(row)
    if ours.slot != slot or ours.state == "cancelled":
        return Taken()
    if ours.state == "released" and not await revive(conn, ours):
        return Taken()
    return Held(ours.id)


async def _clear_the_way(conn: AsyncConnection, call_sid: str, step: str, slot: Span) -> None:
    """Release what overlaps and may go: expired holds, and this call's from another step.

    The constraint cannot look at the clock, so an expired hold stands until somebody does this.
    """
    await conn.execute(
        """
        UPDATE booking SET state = 'released'
        WHERE state = 'held' AND confirmed_at IS NULL AND during && %(during)s
          AND (call_sid = %(call_sid)s OR expires_at < now())
          AND NOT (call_sid = %(call_sid)s AND step = %(step)s)
        """,
        {"during": as_range(slot), "call_sid": call_sid, "step": step},
    )


async def _release_others(conn: AsyncConnection, call_sid: str, booking_id: int) -> None:
    """A call holds one time at a time."""
    await conn.execute(
        "UPDATE booking SET state = 'released' WHERE call_sid = %s AND id <> %s"
        " AND state = 'held' AND confirmed_at IS NULL",
        [call_sid, booking_id],
    )
