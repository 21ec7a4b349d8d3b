"""From confirmed to booked: insert the event, read it back, and only then call it booked.

Any step may be the last one before a crash. The event id is the booking's own, so running the
job again finds the event that an earlier run put in, and does not take it for somebody else's.
"""

from typing import Literal

from procrastinate import JobContext
from psycopg import AsyncConnection

from calendar_sync import job_queue
from calendar_sync.bookings import call_backs
from calendar_sync.bookings.booking import Booking, booking
from calendar_sync.bookings.event_state import keep_withdrawn, keep_written
from calendar_sync.bookings.event_text import event_for
from calendar_sync.bookings.settlement import give_up, mark_booked, mark_deleted, next_generation
from calendar_sync.calendars.contract import CalendarEvent, Changed, Inserted, Refused
from calendar_sync.clinic import Clinic
from calendar_sync.job_queue import FIRST
from calendar_sync.retry import NotYet, UntilSettled, known
from calendar_sync.sync.blueprint import blueprint, clinic_of
from calendar_sync.sync.staff_changes import follow

_ROUNDS = 8  # more than any chain of used-up event ids seen or imagined


@blueprint.task(name="insert_event", retry=UntilSettled(), priority=FIRST, pass_context=True)
async def insert_event(context: JobContext, booking_id: int) -> None:
    """Bring a confirmed booking into the diary; see `insert`."""
    await insert(clinic_of(context), booking_id)


@blueprint.task(name="withdraw_event", retry=UntilSettled(), pass_context=True)
async def withdraw_event(context: JobContext, booking_id: int) -> None:
    """Take the event of a lost booking out of the diary; see `withdraw`."""
    await withdraw(clinic_of(context), booking_id)


async def insert(clinic: Clinic, booking_id: int) -> None:
    """Settle a confirmed booking: booked, or released as taken or failed. Safe to run again.

    Raises NotYet when the diary does not know, and then the booking stays as it is; once its time
    has come it is given up as failed instead.
    """
    for _ in range(_ROUNDS):
        async with clinic.pool.connection() as conn:
            waiting = await booking(conn, booking_id)
        if waiting.state in {"released", "cancelled"}:
            await withdraw(clinic, booking_id)
            return
        if waiting.state == "booked" or waiting.confirmed_at is None:
            return
        try:
            await _attempt(clinic, waiting)
        except NotYet:
            if waiting.slot.start > clinic.now():
                raise
            await _release(clinic, waiting, "failed", call_backs.NOT_IN_CALENDAR)
    why = f"{_ROUNDS} event ids in a row were used up"
    raise NotYet(why)


async def withdraw(clinic: Clinic, booking_id: int) -> None:
    """Cancel the event that a released or cancelled booking left in the diary, if staff let it be.

    A visit that its patient cancelled goes wherever staff have put it meanwhile: nobody will come.
    Raises NotYet when the diary does not know.
    """
    async with clinic.pool.connection() as conn:
        lost = await booking(conn, booking_id)
    if lost.state in {"held", "booked"} or lost.event_id is None or lost.withdrawn_at:
        return
    there = known(await clinic.calendar.find(lost.event_id))
    if there is None:
        return
    match _match(there, lost):
        case "ours":
            pass
        case "moved" | "cancelled" if lost.outcome == "patient":
            pass
        case _:
            return
    if not there.cancelled and isinstance(
        known(await clinic.calendar.cancel(lost.event_id, there.etag)), Changed
    ):
        why = "the event was changed while it was being withdrawn"
        raise NotYet(why)
    async with clinic.pool.connection() as conn:
        await keep_withdrawn(conn, lost.id)


async def _attempt(clinic: Clinic, waiting: Booking) -> None:
    """One look, one insert, one look back; leaves the row one step further, or raises NotYet."""
    event = event_for(clinic, waiting)
    inserted: str | None = None
    busy = known(await clinic.calendar.busy(waiting.slot))
    if not busy:
        async with clinic.pool.connection() as conn:
            await keep_written(conn, waiting.id, event.description)
        answer = known(await clinic.calendar.insert(event))
        if isinstance(answer, Refused):
            await _release(clinic, waiting, "failed", call_backs.NOT_IN_CALENDAR)
            return
        inserted = answer.etag if isinstance(answer, Inserted) else None
    # Read back in every case: only what stands in the diary decides, not what an answer claimed.
    there = known(await clinic.calendar.find(event.id))
    match _match(there, waiting):
        case "ours" | "moved" if there is not None:
            async with clinic.pool.connection() as conn, conn.transaction():
                if there.etag == inserted:
                    # Nobody else has touched it, so these are our words as the diary keeps them.
                    await keep_written(conn, waiting.id, there.description)
                if await mark_booked(conn, waiting, there.etag):
                    # Staff may have dragged it in this moment: then it is booked where it stands.
                    await follow(conn, clinic, there)
                    await _look_later(conn, waiting.id, link=event.wants_link)
        case "cancelled":
            async with clinic.pool.connection() as conn:
                await mark_deleted(conn, waiting)
        case _ if busy:
            await _release(clinic, waiting, "taken", call_backs.TAKEN_AFTER_ALL)
        case "absent":
            why = "the diary does not show the event that it accepted"
            raise NotYet(why)
        case _:
            async with clinic.pool.connection() as conn:
                await next_generation(conn, waiting)


async def _look_later(conn: AsyncConnection, booking_id: int, *, link: bool) -> None:
    """When no caller waits any more, check the time for overlaps and fetch the video link."""
    await job_queue.look_at_event(conn, booking_id, delay_seconds=3)
    if link:
        await job_queue.pick_up_link(conn, booking_id, delay_seconds=3)


def _match(
    there: CalendarEvent | None, ours: Booking
) -> Literal["absent", "ours", "moved", "cancelled", "foreign"]:
    """What the entry under our event id is to this booking."""
    if there is None:
        return "absent"
    if there.cancelled:
        return "cancelled"
    if there.booking_id != str(ours.id):
        return "foreign"
    return "ours" if there.span == ours.slot else "moved"


async def _release(
    clinic: Clinic, waiting: Booking, outcome: Literal["taken", "failed"], reason: str
) -> None:
    """Give the time back, and look once more, later, for an insert that was slower than its no."""
    async with clinic.pool.connection() as conn, conn.transaction():
        if await give_up(conn, waiting, outcome, reason):
            await job_queue.withdraw_event(conn, waiting.id, delay_seconds=120)
