"""From confirmed to booked: insert the event, read it back, and only then call it booked.

The process may die after any step. The event id is the booking's own, so running the job again
finds the event that an earlier run inserted, and does not take it for somebody else's.
"""

from typing import Literal

from procrastinate import JobContext

from calendar_sync import job_queue
from calendar_sync.bookings import call_backs
from calendar_sync.bookings.booking import Booking, booking
from calendar_sync.bookings.booking_writes import next_event
from calendar_sync.bookings.call_back_reasons import Reason
from calendar_sync.bookings.event_state import store_withdrawn, store_written
from calendar_sync.bookings.event_text import event_for
from calendar_sync.bookings.settlement import give_up, mark_booked, mark_deleted
from calendar_sync.calendars.contract import CalendarEvent, Changed, Inserted, Refused
from calendar_sync.clinic import Clinic
from calendar_sync.job_queue import FIRST
from calendar_sync.retry import NotYet, UntilSettled, known
from calendar_sync.sync.blueprint import blueprint, clinic_of
from calendar_sync.sync.cancel_notes import show_cancel_note
from calendar_sync.sync.first_occurrence import visit_alone
from calendar_sync.sync.locate import elsewhere
from calendar_sync.sync.staff_changes import follow

_ROUNDS = 8  # longer than any chain of used event ids
_AFTER_CALL = 3  # seconds: for work that no caller waits for
_SECOND_LOOK = 120  # seconds: longer than an insert that was slow to fail may still take effect


@blueprint.task(name="insert_event", retry=UntilSettled(), priority=FIRST, pass_context=True)
async def insert_event(context: JobContext, booking_id: int) -> None:
    """Insert the event of a confirmed booking; see `insert`."""
    await insert(clinic_of(context), booking_id)


@blueprint.task(name="withdraw_event", retry=UntilSettled(), pass_context=True)
async def withdraw_event(context: JobContext, booking_id: int) -> None:
    """Cancel the event of a lost booking; see `withdraw`."""
    await withdraw(clinic_of(context), booking_id)


async def insert(clinic: Clinic, booking_id: int) -> None:
    """Settle a confirmed booking: booked, or released as taken or failed. Safe to run again.

    Raises NotYet if the calendar does not know; the booking then stays as it is. Once its time has
    come it fails instead.
    """
    for _ in range(_ROUNDS):
        async with clinic.pool.connection() as conn:
            waiting = await booking(conn, booking_id)
        clinic = clinic.of(waiting.clinician_id)
        if waiting.state == "cancelled" and waiting.outcome == "staff":
            return  # staff deleted the event: if it is there again, they have restored it
        if waiting.state in {"released", "cancelled"}:
            await withdraw(clinic, booking_id)
            return
        if waiting.state == "booked" or waiting.confirmed_at is None:
            return
        try:
            if await _attempt(clinic, waiting):
                return
        except NotYet:
            if waiting.slot.start > clinic.now():
                raise
            await _release(clinic, waiting, "failed")
    why = f"{_ROUNDS} event ids in a row were used"
    raise NotYet(why)


async def withdraw(clinic: Clinic, booking_id: int) -> None:
    """Cancel the event that a released or cancelled booking left, unless staff have moved it.

    The event of a visit that its patient canceled is removed even if staff moved it, and a note
    takes its place. Raises NotYet if the outcome is unknown.
    """
    async with clinic.pool.connection() as conn:
        lost = await booking(conn, booking_id)
    clinic = clinic.of(lost.clinician_id)
    if lost.state in {"held", "booked"} or lost.event_id is None or lost.withdrawn_at:
        return
    event = known(await clinic.calendar.find(lost.event_id))
    await show_cancel_note(clinic, lost)
    if event is None:
        return
    match _match(event, lost):
        case "ours":
            pass
        case "moved" | "cancelled" if lost.outcome == "patient":
            pass
        case _:
            return
    if not event.cancelled:
        event = await visit_alone(clinic, event)
    if not event.cancelled and isinstance(
        known(await clinic.calendar.cancel(event.event_id, event.etag)), Changed
    ):
        why = "the event was changed while it was being withdrawn"
        raise NotYet(why)
    beside = await elsewhere(clinic, lost.event_id) if event.cancelled else None
    async with clinic.pool.connection() as conn:
        if beside and beside[1].beside:
            await call_backs.request(conn, lost, Reason.EVENT_OUTDATED)
        await store_withdrawn(conn, lost.id, event.event_id, clinic.now())


async def _attempt(clinic: Clinic, waiting: Booking) -> bool:
    """Check the time, insert, read back; leaves the booking one step further, or raises NotYet.

    True if it is booked; else what comes next depends on the booking as it is now.
    """
    event = event_for(clinic, waiting)
    inserted: str | None = None
    busy = known(await clinic.calendar.busy(waiting.slot))
    if not busy:
        async with clinic.pool.connection() as conn:
            await store_written(conn, waiting.id, event.description)
        answer = known(await clinic.calendar.insert(event))
        if isinstance(answer, Refused):
            await _release(clinic, waiting, "failed")
            return False
        inserted = answer.etag if isinstance(answer, Inserted) else None
    # Read back in every case: only what is in the calendar decides, not what an answer claimed.
    found = known(await clinic.calendar.find(event.id))
    match _match(found, waiting):
        case "ours" | "moved" if found is not None:
            async with clinic.pool.connection() as conn, conn.transaction():
                if found.etag == inserted and found.description != event.description:
                    # Nobody else has touched it: this is our text as the calendar stores it.
                    await store_written(conn, waiting.id, found.description)
                if await mark_booked(conn, waiting, found.etag):
                    # Staff may have moved it just now: then it is booked where they put it.
                    await follow(conn, clinic, found)
                    await job_queue.look_at_event(conn, waiting.id, delay_seconds=_AFTER_CALL)
                    return True
        case "cancelled":
            async with clinic.pool.connection() as conn:
                await mark_deleted(conn, waiting)
        case _ if busy:
            await _release(clinic, waiting, "taken")
        case "absent":
            why = "the calendar does not show the event that it accepted"
            raise NotYet(why)
        case _:
            async with clinic.pool.connection() as conn:
                await next_event(conn, waiting)
    return False


def _match(
    found: CalendarEvent | None, ours: Booking
) -> Literal["absent", "ours", "moved", "cancelled", "foreign"]:
    """What the event under our event id is to this booking."""
    if found is None:
        return "absent"
    if found.cancelled:
        return "cancelled"
    if found.booking_id != str(ours.id):
        return "foreign"
    return "ours" if found.span == ours.slot else "moved"


async def _release(clinic: Clinic, waiting: Booking, outcome: Literal["taken", "failed"]) -> None:
    """Release the time, and look again later for an event that came after all."""
    async with clinic.pool.connection() as conn, conn.transaction():
        if await give_up(conn, waiting, outcome):
            await job_queue.withdraw_event(conn, waiting.id, delay_seconds=_SECOND_LOOK)
