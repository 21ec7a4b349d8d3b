"""Moves a visit for its patient: the event goes to the held time, and the booking follows.

The held time says what it is for (`booking.moves`) before the event is moved. So a rerun of this
job, or a sync that finds the event there, knows that the patient moved it. Until the event has
moved, the visit keeps its old time, and both times are blocked for others.
"""

from dataclasses import dataclass
from typing import Literal

from procrastinate import JobContext
from psycopg import AsyncConnection

from calendar_sync import job_queue
from calendar_sync.bookings import booking_writes, call_backs, notices
from calendar_sync.bookings.booking import Booking, booking
from calendar_sync.bookings.call_back_reasons import Reason
from calendar_sync.bookings.deadlines import PATIENT_GONE_AFTER
from calendar_sync.calendars.contract import CalendarEvent
from calendar_sync.clinic import Clinic
from calendar_sync.retry import NotYet, UntilSettled, known
from calendar_sync.sync import seen_versions
from calendar_sync.sync.blueprint import blueprint, clinic_of
from calendar_sync.sync.first_occurrence import visit_alone
from calendar_sync.transactions import in_transaction

_ROUNDS = 4  # a version that changes this often within a second is not changed by people


@blueprint.task(name="move_event", retry=UntilSettled(), pass_context=True)
async def move_event(context: JobContext, booking_id: int) -> None:
    """Move an event to the time held for it, which is `booking_id`; see `carry_out`."""
    await carry_out(clinic_of(context), booking_id)


async def carry_out(clinic: Clinic, held_id: int) -> None:
    """Settle a move: done, or given up because the time or the visit is not available.

    Raises NotYet if the calendar does not know; once either time has come it gives up instead.
    """
    for _ in range(_ROUNDS):
        async with clinic.pool.connection() as conn:
            held = await booking(conn, held_id)
            if held.state != "held" or held.moves is None:
                return
            visit = await booking(conn, held.moves)
        clinic = clinic.of(visit.clinician_id)
        move = Move(visit, held)
        try:
            await _attempt(clinic, move)
        except NotYet:
            if clinic.now() < min(visit.slot.start, held.slot.start):
                raise
            await _give_up(clinic, move, "failed")
    why = "the event was changed each time that it was to be moved"
    raise NotYet(why)


@dataclass(frozen=True, slots=True)
class Move:
    """A visit and the time held for it, as they were read."""

    visit: Booking
    held: Booking


async def arrive(
    conn: AsyncConnection, clinic: Clinic, held_id: int, event: CalendarEvent, replaced: str = ""
) -> bool:
    """The event is at the held time: move the booking too. False if that was done before.

    `replaced` is the version of the event that the move replaced: a reading of staff's changes that
    is still under way may hold it, and must not take it for news. Locks the visit before the held
    time, as everything that locks both does.
    """
    async with in_transaction(conn):
        visit = await booking(conn, (await booking(conn, held_id)).moves or 0, lock=True)
        held = await booking(conn, held_id, lock=True)
        if held.state != "held":
            return False
        if visit.state != "booked":
            await booking_writes.release_confirmed(conn, held, "failed")
            return False
        await booking_writes.release_confirmed(conn, held, None)
        await booking_writes.move_to(conn, visit, held, event, clinic.now())
        if replaced:
            await seen_versions.store(conn, event.event_id, replaced, visit.id, "kept")
        await notices.require_notice(conn, visit.id, clinic.now(), clinic.rules.zone)
        await job_queue.rewrite_event(conn, visit.id)
        return True


async def _attempt(clinic: Clinic, move: Move) -> None:
    """Look once and move once; if somebody changes the event in between, the next round looks."""
    visit, held = move.visit, move.held
    event = known(await clinic.calendar.find(visit.event_id)) if visit.event_id else None
    if event is not None and not event.cancelled:
        event = await visit_alone(clinic, event)
    movable = event is not None and not event.cancelled and not event.all_day
    if event is None or visit.state != "booked" or not movable:
        await _give_up(clinic, move, "failed")
        return
    if event.span not in {visit.slot, held.slot}:
        await _give_up(clinic, move, "failed")  # staff moved it: staff_changes follows that
        return
    replaced, own = "", {visit.event_id or "", event.event_id}
    # It may be there already, and the visit too: another run of this job may be finishing.
    if event.span != held.slot:
        if known(await clinic.calendar.busy(held.slot, besides=own)):
            await _give_up(clinic, move, "taken")
            return
        replaced = event.etag
        moved = known(await clinic.calendar.move(event.event_id, held.slot, replaced))
        if not isinstance(moved, CalendarEvent):
            return
        event = moved
    async with clinic.pool.connection() as conn:
        await arrive(conn, clinic, held.id, event, replaced)


async def _give_up(clinic: Clinic, move: Move, outcome: Literal["taken", "failed"]) -> None:
    """Leave the visit as it is. If the patient has left the page by now, staff tell them."""
    async with clinic.pool.connection() as conn, conn.transaction():
        waited = await booking_writes.release_confirmed(conn, move.held, outcome)
        if waited is not None and waited > PATIENT_GONE_AFTER:
            await call_backs.request_again(conn, move.visit, Reason.NOT_MOVED)
