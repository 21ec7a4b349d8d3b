"""Puts visits where staff have them: into their clinician's lane, in which no two times overlap.

Moved on top of another booking: the constraint forbids two bookings in one clinician's lane, and it
must, because it is what keeps callers apart. So the moved booking leaves the lane: its clinician is
-id, a lane of its own, until its time is free again. Its time stays taken for callers: offers count
every lane, and the insert reads the calendar. A state of its own for such bookings would have to be
known wherever "booked" is; only the constraint needs to know the lane.
"""

from psycopg import AsyncConnection
from psycopg.errors import (
    DeadlockDetected,
    ExclusionViolation,
    LockNotAvailable,
    UniqueViolation,
)

from calendar_sync.availability.span import Span
from calendar_sync.bookings import booking_writes


async def place(conn: AsyncConnection, visit_id: int, slot: Span, clinician_id: str) -> None:
    """Put a visit where staff have it: into the clinician's lane, or outside while it overlaps."""
    await booking_writes.place_outside_lanes(conn, visit_id, slot, clinician_id)
    await _enter_lane(conn, visit_id, clinician_id)


async def return_to_lanes(conn: AsyncConnection) -> None:
    """Put bookings that left their lane back once their time is free there."""
    rows = await conn.execute(
        "SELECT id, clinician_id FROM booking WHERE clinician < 0 AND state = 'booked'"
    )
    for booking_id, clinician_id in await rows.fetchall():
        await _enter_lane(conn, booking_id, clinician_id)


async def _enter_lane(conn: AsyncConnection, booking_id: int, clinician_id: str) -> None:
    """Put the booking into its clinician's lane, unless the time is taken there."""
    try:
        async with conn.transaction():
            await booking_writes.enter_lane(conn, booking_id, clinician_id)
    except (ExclusionViolation, LockNotAvailable, DeadlockDetected, UniqueViolation):
        return
