"""What a patient may do with a visit of their own: move it, cancel it, say who they are.

Whoever calls this has made sure that it is the patient: a page behind its link, or a call from
the right number. Each change and the jobs it owes are one transaction; the diary follows.
"""

import asyncio
from dataclasses import dataclass
from typing import Literal

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from calendar_sync import job_queue
from calendar_sync.availability.span import Span
from calendar_sync.bookings import invitations, notices
from calendar_sync.bookings.booking import Booking, Taken, booking, pending_move
from calendar_sync.bookings.free_times import Stale, free_openings
from calendar_sync.bookings.holds import Held, hold, release_unconfirmed, revive
from calendar_sync.clinic import Clinic
from calendar_sync.errors import BookingNotFoundError

_LOOK_EVERY = 0.05  # seconds


@dataclass(frozen=True, slots=True)
class Moving:
    """The patient's yes is stored and the event is on its way; not yet a move to speak of."""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The visit is cancelled and its time is free; the event goes by itself."""


@dataclass(frozen=True, slots=True)
class Closed:
    """Nothing can be changed: cancelled before, not booked, or its time has come."""


MoveState = Literal["held", "moving", "moved", "taken", "changed", "lapsed"]
"""A time that was picked for a move: held, on its way, done; or why not: somebody has it, the
clinic changed the visit first, the five minutes are over."""


def holder_of(visit_id: int) -> str:
    """In whose name times are held for a visit; in place of a call's sid, so no call ends them."""
    return f"visit-{visit_id}"


def may_change(visit: Booking, clinic: Clinic) -> bool:
    """Whether it is booked and still to come."""
    return visit.state == "booked" and visit.slot.start > clinic.now()


async def times_for(clinic: Clinic, visit_id: int) -> tuple[Span, ...] | Stale:
    """Every time that the visit may be moved to: what a caller would be offered now."""
    return await free_openings(clinic, holder_of(visit_id))


async def hold_for(
    clinic: Clinic, visit_id: int, slot: Span
) -> Held | Taken | Moving | Closed | Stale:
    """Hold a time for five minutes for this visit, and let go of another one held for it.

    Moving while an earlier move is under way. Raises BookingNotFoundError.
    """
    async with clinic.pool.connection() as conn:
        if not may_change(await booking(conn, visit_id), clinic):
            return Closed()
        if await pending_move(conn, visit_id):
            return Moving()
    free = await times_for(clinic, visit_id)
    if isinstance(free, Stale):
        return free
    if slot not in free:
        return Taken()
    async with clinic.pool.connection() as conn:
        done = await conn.execute("SELECT count(*) FROM booking WHERE moves = %s", [visit_id])
        row = await done.fetchone()
        step = f"move {row[0] if row else 0} {slot.start:%Y%m%dT%H%M}"
        # A time that was let go of for another one comes back only while nothing else is held.
        await release_unconfirmed(conn, holder_of(visit_id))
        return await hold(conn, holder_of(visit_id), step, slot)


async def held_for(conn: AsyncConnection, visit_id: int, held_id: int) -> Booking | None:
    """A time that was once held for this visit; None for any other booking."""
    try:
        held = await booking(conn, held_id)
    except BookingNotFoundError:
        return None
    return held if held.call_sid == holder_of(visit_id) else None


async def move(clinic: Clinic, visit_id: int, held_id: int) -> Moving | Taken | Closed:
    """Store the patient's yes to a held time, and owe the diary the move, in one transaction.

    The same again is Moving again. Raises BookingNotFoundError, also for a time that is held for
    another visit.
    """
    async with clinic.pool.connection() as conn, conn.transaction():
        visit = await booking(conn, visit_id, lock=True)
        held = await booking(conn, held_id, lock=True)
        if held.call_sid != holder_of(visit_id):
            raise BookingNotFoundError(held_id)
        if held.moves is not None or await pending_move(conn, visit_id):
            return Moving()
        if not may_change(visit, clinic):
            return Closed()
        if held.state != "held" and not await revive(conn, held):
            return Taken()
        await conn.execute(
            "UPDATE booking SET confirmed_at = now(), moves = %s WHERE id = %s",
            [visit_id, held_id],
        )
        await job_queue.move_event(conn, held_id)
        return Moving()


def move_state(held: Booking, clinic: Clinic) -> MoveState:
    """Where a move to this time stands."""
    if held.moves is None:
        fresh = held.state == "held" and held.slot.start > clinic.now()
        return "held" if fresh else "lapsed"
    if held.state == "held":
        return "moving"
    match held.outcome:
        case None:
            return "moved"
        case "taken":
            return "taken"
        case _:
            return "changed"


async def wait_until_moved(pool: AsyncConnectionPool, held_id: int, seconds: float) -> None:
    """Until the move is settled, at the latest after `seconds`."""
    clock = asyncio.get_running_loop()
    deadline = clock.time() + seconds
    while True:
        async with pool.connection() as conn:
            settled = (await booking(conn, held_id)).state != "held"
        left = deadline - clock.time()
        if settled or left <= 0:
            return
        await asyncio.sleep(min(_LOOK_EVERY, left))


async def cancel(clinic: Clinic, visit_id: int) -> Cancelled | Closed:
    """Cancel a visit that is still to come; a move that was under way ends with it.

    The same again is Cancelled again. Raises BookingNotFoundError.
    """
    async with clinic.pool.connection() as conn, conn.transaction():
        visit = await booking(conn, visit_id, lock=True)
        if visit.state == "cancelled" and visit.outcome == "patient":
            return Cancelled()
        if not may_change(visit, clinic):
            return Closed()
        await conn.execute(
            "UPDATE booking SET state = 'released', outcome = 'failed'"
            " WHERE call_sid = %s AND state = 'held'",
            [holder_of(visit_id)],
        )
        await conn.execute(
            "UPDATE booking SET state = 'cancelled', outcome = 'patient', promised = NULL"
            " WHERE id = %s",
            [visit_id],
        )
        await notices.require_notice(conn, visit_id, clinic.now(), clinic.rules.zone)
        await job_queue.withdraw_event(conn, visit_id)
        return Cancelled()


async def keep_contact(clinic: Clinic, visit_id: int, name: str, email: str) -> None:
    """Keep who the patient is, "" for what they do not say, and show it to staff in the event.

    Both are checked and of one line already. Nothing happens to a visit that is not booked.
    """
    async with clinic.pool.connection() as conn, conn.transaction():
        kept = await conn.execute(
            """
            UPDATE booking SET patient_name = nullif(%(name)s, ''),
                               patient_email = nullif(%(email)s, '')
            WHERE id = %(id)s AND state = 'booked'
              AND (coalesce(patient_name, ''), coalesce(patient_email, '')) <> (%(name)s, %(email)s)
            """,
            {"name": name, "email": email, "id": visit_id},
        )
        if kept.rowcount == 1:
            await invitations.request_update(conn, visit_id)
            await job_queue.rewrite_event(conn, visit_id)
