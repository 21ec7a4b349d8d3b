"""Makes a restored database agree with the calendar, which may have changed since the backup.

The calendar is right: it shows what staff and patients did since. Whether the
patients were told is unknown, so none is texted; staff are asked to call them instead.
"""

from dataclasses import dataclass

from psycopg import AsyncConnection

from calendar_sync import job_queue
from calendar_sync.availability.postgres_ranges import as_range
from calendar_sync.bookings import booking_writes, call_backs
from calendar_sync.bookings.booking import Booking, booking
from calendar_sync.bookings.call_back_reasons import Reason
from calendar_sync.calendars.contract import CalendarEvent, CursorExpired, Unknown
from calendar_sync.clinic import Clinic
from calendar_sync.errors import CalendarError
from calendar_sync.retry import NotYet
from calendar_sync.sync import change_cursor
from calendar_sync.sync.lanes import place
from calendar_sync.sync.locate import locate


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
        try:
            clinic, event = await locate(clinic.of(visit.clinician_id), visit.event_id or "")
        except NotYet as unknown:
            message = f"The calendar does not answer ({unknown}). Run the same command again."
            raise CalendarError(message) from unknown
        if event.cancelled:
            await booking_writes.cancel(conn, visit, by="patient")
            await call_backs.request(conn, visit, Reason.RESTORED_GONE)
            await job_queue.notify_patient(conn, visit.id)
            return "gone"
        if (
            event.span is None
            or event.all_day
            or ((event.span.start, clinic.clinician_id) == (visit.slot.start, visit.clinician_id))
        ):
            return "same"
        await _move(conn, clinic, visit, event)
        return "moved"


async def _move(
    conn: AsyncConnection, clinic: Clinic, visit: Booking, event: CalendarEvent
) -> None:
    if event.span is None:
        return
    await place(conn, visit.id, event.span, clinic.clinician_id)
    await booking_writes.store(
        conn,
        visit.id,
        promised=as_range(event.span),
        promised_clinician=clinic.clinician_id,
        etag=event.etag,
    )
    await call_backs.request(conn, visit, Reason.RESTORED_MOVED)
    await job_queue.notify_patient(conn, visit.id)


async def _read_from_now(clinic: Clinic) -> None:
    """Follow staff's changes from this moment on: what came before was compared just now."""
    for each in clinic.each:
        changes = await each.calendar.changes(None)
        if isinstance(changes, Unknown | CursorExpired):
            continue
        async with clinic.pool.connection() as conn:
            await change_cursor.store(conn, changes.cursor, each.clinician_id)
