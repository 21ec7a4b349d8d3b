"""What patients can do with their own visit: move it, cancel it, give name and email.

The calling code has identified the patient, by the page's link or by the caller's number. Each
change and its jobs are one transaction; the calendar follows.
"""

import asyncio
from dataclasses import dataclass
from typing import Literal

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from calendar_sync import job_queue
from calendar_sync.availability.span import Span
from calendar_sync.bookings import booking_writes, invitations, notices
from calendar_sync.bookings.booking import Booking, Taken, booking, holder_of, pending_move
from calendar_sync.bookings.event_text import event_id
from calendar_sync.bookings.free_times import Stale, free_openings
from calendar_sync.bookings.holds import Held, hold, release_unconfirmed, revive
from calendar_sync.clinic import Clinic
from calendar_sync.errors import BookingNotFoundError

_CHECK_INTERVAL = 0.05  # seconds


@dataclass(frozen=True, slots=True)
class Moving:
    """The patient's yes is stored and the move is queued; not a move to speak of yet."""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The visit is canceled and its time is free; a job replaces its event with a note."""


@dataclass(frozen=True, slots=True)
class Closed:
    """Nothing can be changed: the visit was cancelled before, is not booked, or has begun."""


Way = Literal["page", "phone"]
"""How the patient makes a change: staff read it in the event."""

MoveState = Literal["held", "moving", "moved", "taken", "changed", "lapsed"]
"""A time picked for a move: held, under way, done; or not possible: somebody else has the time, the
clinic changed the visit first, the hold has expired."""


def may_change(visit: Booking, clinic: Clinic) -> bool:
    """Whether it is booked and has not begun."""
    return visit.state == "booked" and visit.slot.start > clinic.now()


async def times_for(clinic: Clinic, visit_id: int) -> tuple[Span, ...] | Stale:
    """Every time to which the visit may be moved now: those of its clinician."""
    async with clinic.pool.connection() as conn:
        whose = (await booking(conn, visit_id)).clinician_id
    return await free_openings(clinic.of(whose), holder_of(visit_id))


async def hold_for(
    clinic: Clinic, visit_id: int, slot: Span
) -> Held | Taken | Moving | Closed | Stale:
    """Hold a time for this visit, and release another one that is held for it.

    Moving while an earlier move is under way. Raises BookingNotFoundError.
    """
    async with clinic.pool.connection() as conn:
        visit = await booking(conn, visit_id)
        if not may_change(visit, clinic):
            return Closed()
        if await pending_move(conn, visit_id):
            return Moving()
    free = await times_for(clinic, visit_id)
    if isinstance(free, Stale):
        return free
    if slot not in free:
        return Taken()
    async with clinic.pool.connection() as conn:
        rows = await conn.execute("SELECT count(*) FROM booking WHERE moves = %s", [visit_id])
        row = await rows.fetchone()
        step = f"move {row[0] if row else 0} {slot.start:%Y%m%dT%H%M}"
        # A time that was released for another one can be held again only while no other is held.
        await release_unconfirmed(conn, holder_of(visit_id))
        return await hold(conn, holder_of(visit_id), step, slot, visit.clinician_id)


async def held_for(conn: AsyncConnection, visit_id: int, held_id: int) -> Booking | None:
    """A time that was once held for this visit; None for any other booking."""
    try:
        held = await booking(conn, held_id)
    except BookingNotFoundError:
        return None
    return held if held.call_sid == holder_of(visit_id) else None


async def move(
    clinic: Clinic, visit_id: int, held_id: int, by: Way = "page"
) -> Moving | Taken | Closed:
    """Store the patient's yes to a held time and queue the move, in one transaction.

    Confirming again is Moving again. Raises BookingNotFoundError, also for a time that is held for
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
        await start_move(conn, held_id, visit_id, by)
        return Moving()


async def start_move(conn: AsyncConnection, held_id: int, visit_id: int, by: Way = "page") -> None:
    """Store the yes to a held time and queue the move; both rows are locked and were checked."""
    await booking_writes.confirm_move(conn, held_id, visit_id)
    await booking_writes.store(conn, held_id, changed_by=by)
    await job_queue.move_event(conn, held_id)


def move_state(held: Booking, clinic: Clinic) -> MoveState:
    """How far the move to this time is."""
    if held.moves is None:
        open_ = held.state == "held" and held.slot.start > clinic.now()
        return "held" if open_ else "lapsed"
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
    """Wait until the move is settled, at most `seconds`."""
    clock = asyncio.get_running_loop()
    deadline = clock.time() + seconds
    while True:
        async with pool.connection() as conn:
            settled = (await booking(conn, held_id)).state != "held"
        left = deadline - clock.time()
        if settled or left <= 0:
            return
        await asyncio.sleep(min(_CHECK_INTERVAL, left))


async def cancel(clinic: Clinic, visit_id: int, by: Way = "page") -> Cancelled | Closed:
    """Cancel a visit that has not begun, and a move of it that is under way.

    Cancelling again is Cancelled again. Raises BookingNotFoundError.
    """
    async with clinic.pool.connection() as conn, conn.transaction():
        visit = await booking(conn, visit_id, lock=True)
        if visit.state == "cancelled" and visit.outcome == "patient":
            return Cancelled()
        if not may_change(visit, clinic):
            return Closed()
        await booking_writes.release_for_visit(conn, visit_id, unconfirmed_too=True)
        await booking_writes.cancel(conn, visit, by="patient")
        note = event_id(visit.event_id or "", "canceled", len(visit.cancel_notes))
        notes = [*visit.cancel_notes, note]
        at = clinic.now()
        await booking_writes.store(
            conn, visit_id, changed_by=by, cancelled_at=at, cancel_notes=notes
        )
        await notices.require_notice(conn, visit_id, at, clinic.rules.zone)
        await job_queue.withdraw_event(conn, visit_id)
        return Cancelled()


async def store_contact(clinic: Clinic, visit_id: int, name: str, email: str) -> None:
    """Store who the patient is, "" for what they do not say, and show it to staff in the event.

    Both are valid and of one line. A visit that is not booked stays as it is.
    """
    contact = {"patient_name": name or None, "patient_email": email or None}
    async with clinic.pool.connection() as conn, conn.transaction():
        if await booking_writes.store(conn, visit_id, if_state="booked", **contact):
            await invitations.request_update(conn, visit_id)
            await job_queue.rewrite_event(conn, visit_id)
