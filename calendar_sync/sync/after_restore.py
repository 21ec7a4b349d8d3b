"""Makes a restored database agree with the calendar, which may have changed since the backup.

The calendar is right: it shows what staff and patients did since. Whether the
patients were told is unknown, so none is texted; staff are asked to call them instead.
"""

from dataclasses import dataclass

from psycopg import AsyncConnection
from psycopg.errors import (
    DeadlockDetected,
    ExclusionViolation,
    LockNotAvailable,
    UniqueViolation,
)

from calendar_sync import job_queue
from calendar_sync.availability.postgres_ranges import as_range
from calendar_sync.bookings import booking_writes, call_backs
from calendar_sync.bookings.booking import Booking, booking
from calendar_sync.bookings.call_back_reasons import Reason
from calendar_sync.calendars.contract import CalendarEvent, CursorExpired, Unknown
from calendar_sync.clinic import Clinic
from calendar_sync.errors import CalendarError
from calendar_sync.sync import change_cursor


@dataclass(frozen=True, slots=True)
class Reconciled:
    """How many coming visits the calendar shows as restored, at another time, or no more."""

    same: int
    moved: int
    gone: int


async def reconcile_restored(clinic: Clinic) -> Reconciled:
    """Compare each coming visit with its event. Run it before the line starts; safe to repeat.

    Raises CalendarError when the calendar does not answer; what was compared before is kept.
    """
    async with clinic.pool.connection() as conn:
        rows = await conn.execute(
            "SELECT id FROM booking WHERE state = 'booked' AND upper(during) > %s ORDER BY during",
            [clinic.now()],
        )
        coming = [booking_id for (booking_id,) in await rows.fetchall()]
    outcomes = [await _reconcile(clinic, booking_id) for booking_id in coming]
    await _read_from_now(clinic)
    return Reconciled(*(outcomes.count(outcome) for outcome in ("same", "moved", "gone")))


async def _reconcile(clinic: Clinic, booking_id: int) -> str:
    async with clinic.pool.connection() as conn, conn.transaction():
        visit = await booking(conn, booking_id, lock=True)
        event = await clinic.calendar.find(visit.event_id or "")
        if isinstance(event, Unknown):
            message = f"The calendar does not answer ({event.why}). Run the same command again."
            raise CalendarError(message)
        if event is None or event.cancelled:
            await booking_writes.cancel(conn, visit, by="patient")
            await call_backs.request(conn, visit, Reason.RESTORED_GONE)
            await job_queue.notify_patient(conn, visit.id)
            return "gone"
        if event.span is None or event.all_day or event.span.start == visit.slot.start:
            return "same"
        await _move(conn, visit, event)
        return "moved"


async def _move(conn: AsyncConnection, visit: Booking, event: CalendarEvent) -> None:
    if event.span is None:
        return
    await booking_writes.place_outside_lanes(conn, visit.id, event.span)
    try:
        async with conn.transaction():
            await booking_writes.enter_lane(conn, visit.id)
    except (ExclusionViolation, LockNotAvailable, DeadlockDetected, UniqueViolation):
        pass  # it stays outside until the time is its own, see staff_changes.return_to_lanes
    await booking_writes.store(conn, visit.id, promised=as_range(event.span), etag=event.etag)
    await call_backs.request(conn, visit, Reason.RESTORED_MOVED)
    await job_queue.notify_patient(conn, visit.id)


async def _read_from_now(clinic: Clinic) -> None:
    """Follow staff's changes from this moment on: what came before was compared just now."""
    changes = await clinic.calendar.changes(None)
    if isinstance(changes, Unknown | CursorExpired):
        return
    async with clinic.pool.connection() as conn:
        await change_cursor.store(conn, changes.cursor)
