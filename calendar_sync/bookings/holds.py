"""Holding a time while the caller decides.

Which of many callers gets a time is decided by the constraint `booking_no_overlap` alone. Before
its insert a transaction touches only rows that overlap its own time, so callers who swap times
cannot deadlock.
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

from calendar_sync.availability.span import Span
from calendar_sync.bookings import booking_writes
from calendar_sync.bookings.booking import Booking, Taken, from_row
from calendar_sync.bookings.booking_writes import release_expired, release_unconfirmed
from calendar_sync.clinician import DEFAULT_ID

__all__ = ["Held", "hold", "release_expired", "release_unconfirmed", "revive"]


@dataclass(frozen=True, slots=True)
class Held:
    """The call has the time until the hold expires; use `booking_id` from now on."""

    booking_id: int


async def hold(
    conn: AsyncConnection, call_sid: str, step: str, slot: Span, clinician_id: str = DEFAULT_ID
) -> Held | Taken:
    """Hold a clinician's time for this call, and release its other unconfirmed holds.

    The same call and step again gives the same answer, as long as the time is still theirs; the
    same step with another time is Taken.
    """
    try:
        return await _hold(conn, call_sid, step, slot, clinician_id)
    except (DeadlockDetected, SerializationFailure):
        return await _hold(conn, call_sid, step, slot, clinician_id)


async def revive(conn: AsyncConnection, lapsed: Booking) -> bool:
    """Hold the time of an expired or released hold again, if nobody else has it now.

    Not for a call that went on to another time, and never for a booking that was confirmed once.
    """
    try:
        async with conn.transaction():
            await booking_writes.release_overlapping(
                conn, lapsed.call_sid, lapsed.step, lapsed.slot
            )
            return await booking_writes.hold_again(conn, lapsed)
    except (ExclusionViolation, LockNotAvailable, DeadlockDetected):
        return False


async def _hold(
    conn: AsyncConnection, call_sid: str, step: str, slot: Span, clinician_id: str
) -> Held | Taken:
    try:
        async with conn.transaction():
            await booking_writes.release_overlapping(conn, call_sid, step, slot)
            new = await booking_writes.insert_hold(conn, call_sid, step, slot, clinician_id)
            if new is None:
                return await _existing(conn, call_sid, step, slot, clinician_id)
            await release_unconfirmed(conn, call_sid, except_id=new)
            return Held(new)
    except LockNotAvailable:
        # Another call is taking it now; a repeated webhook of this call has committed its row.
        async with conn.transaction():
            return await _existing(conn, call_sid, step, slot, clinician_id)


async def _existing(
    conn: AsyncConnection, call_sid: str, step: str, slot: Span, clinician_id: str
) -> Held | Taken:
    """Nothing was inserted: this is a repeat of our own hold, or a lost race."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            "SELECT * FROM booking WHERE call_sid = %s AND step = %s", [call_sid, step]
        )
        row = await cursor.fetchone()
    if row is None:
        return Taken()
    ours = from_row(row)
    if (ours.slot, ours.clinician_id) != (slot, clinician_id) or ours.state == "cancelled":
        return Taken()
    if ours.state == "released" and not await revive(conn, ours):
        return Taken()
    return Held(ours.id)
