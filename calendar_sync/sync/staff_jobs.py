"""The jobs that follow staff: read their changes, look at single events, show call-backs."""

from procrastinate import JobContext

from calendar_sync import job_queue
from calendar_sync.bookings import notices
from calendar_sync.bookings.booking import Booking, booking
from calendar_sync.bookings.event_state import store_link, store_warning
from calendar_sync.calendars.contract import CalendarEvent
from calendar_sync.clinic import Clinic
from calendar_sync.job_queue import HOUSEKEEPING
from calendar_sync.retry import NotYet, UntilSettled, known
from calendar_sync.sync import call_back_events, seen_versions
from calendar_sync.sync.blueprint import blueprint, clinic_of
from calendar_sync.sync.cancel_notes import remove_cancel_notes
from calendar_sync.sync.first_occurrence import first_day_apart
from calendar_sync.sync.lanes import return_to_lanes
from calendar_sync.sync.locate import locate
from calendar_sync.sync.overlaps import check_overlaps
from calendar_sync.sync.rewrite import rewrite
from calendar_sync.sync.staff_changes import follow, keeps_time, read_changes

OVERLAPS = "another visit or a busy time is at this time too"
ALL_DAY = "this event has no time of day any more; the patient still expects"
IN_THE_PAST = "this event was moved to a time that is over; the patient still expects"
REPEATS = "this event repeats; the patient is told only of changes of its first day"


@blueprint.periodic(cron="* * * * *")
@blueprint.task(
    name="follow_staff", queue=HOUSEKEEPING, queueing_lock="follow_staff", pass_context=True
)
async def follow_staff(context: JobContext, timestamp: int) -> None:
    """Every minute: see `follow_all`."""
    del timestamp
    await follow_all(clinic_of(context))


@blueprint.task(name="look_at_event", retry=UntilSettled(), pass_context=True)
async def look_at_event(context: JobContext, booking_id: int) -> None:
    """Look at one booking's event, and at what else is at its time; see `look`."""
    await look(clinic_of(context), booking_id)


async def follow_all(clinic: Clinic) -> None:
    """Follow every change, queue looks at visits that overlap, update notices and call-backs."""
    await read_changes(clinic)
    async with clinic.pool.connection() as conn, conn.transaction():
        await return_to_lanes(conn)
        await notices.follow_up(conn, clinic.rules.zone)
    await check_overlaps(clinic)
    await call_back_events.show(clinic)
    await call_back_events.clear(clinic)


async def look(clinic: Clinic, booking_id: int) -> None:
    """Follow the event as it is now, take its video link, warn staff if its time is taken twice.

    A link that is still being made gets a job of its own. Raises NotYet while the booking is being
    inserted, and if the calendar does not know.
    """
    async with clinic.pool.connection() as conn:
        booked = await booking(conn, booking_id)
        read_at = await seen_versions.database_time(conn)
    if booked.event_id is None or booked.state == "released":
        return
    clinic, event = await locate(clinic.of(booked.clinician_id), booked.event_id)
    day = await first_day_apart(clinic, event)
    async with clinic.pool.connection() as conn:
        await follow(conn, clinic, event, read_at)
        if day is not None:
            await follow(conn, clinic, day, read_at)
        booked = await booking(conn, booking_id)
    if day is not None and booked.event_id == day.event_id:
        event = day
    clinic = clinic.of(booked.clinician_id)
    if booked.state == "held":
        why = "the booking is still being inserted"
        raise NotYet(why)
    if booked.state != "booked" or booked.slot.end <= clinic.now():
        return
    if clinic.makes_links and booked.video_link is None and not event.beside:
        async with clinic.pool.connection() as conn:
            if event.link_pending:
                await job_queue.pick_up_link(conn, booking_id)
            else:
                await store_link(conn, booking_id, event.link)
    await remove_cancel_notes(clinic, booked)
    busy = known(await clinic.calendar.busy(booked.slot, besides={event.event_id}))
    warning = _warning(clinic, booked, event, busy=bool(busy))
    if warning != booked.warning:
        async with clinic.pool.connection() as conn:
            await store_warning(conn, booking_id, warning)
    await rewrite(clinic, booking_id, None if event.beside else event)


def _warning(clinic: Clinic, booked: Booking, event: CalendarEvent, *, busy: bool) -> str:
    """What staff should check, in one line; "" for nothing."""
    if event.span is not None and keeps_time(booked, event, clinic.now()):
        why = ALL_DAY if event.all_day else IN_THE_PAST
        return f"{why} {notices.short_time(booked.slot, clinic.rules.zone)}"
    if event.first_day:
        return REPEATS
    return OVERLAPS if busy else ""
