"""What follows when staff change an event in the calendar; stored before it is acted on.

Staff own their calendar: whatever they did is accepted. An event is compared with its booking, not
with what we remember writing, so our own writes, which agree with the booking, lead to nothing. One
transaction stores the change (each version of an event once), the booking as it is now, what the
patient must be told, and the sync cursor.

Staff may also make an event all-day, or repeating, or drag it to a time that is over. The visit
keeps its time, because its patient still expects it, and the event is marked for staff. An event
dragged onto, or renamed to, "Open for screenings" stays a visit: opened times are never busy, but
bookings are.
"""

import logging
from datetime import datetime
from typing import Literal

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from calendar_sync import job_queue
from calendar_sync.bookings import booking_writes, call_backs, notices
from calendar_sync.bookings.booking import Booking, from_row, pending_move
from calendar_sync.bookings.call_back_reasons import Reason
from calendar_sync.bookings.call_backs import Caller
from calendar_sync.calendars.contract import (
    CalendarEvent,
    Changes,
    CursorExpired,
    Unknown,
    Unreadable,
)
from calendar_sync.clinic import Clinic
from calendar_sync.retry import NotYet
from calendar_sync.sync import change_cursor, seen_versions
from calendar_sync.sync.call_back_events import close_if_done
from calendar_sync.sync.copies import mark_copies
from calendar_sync.sync.first_occurrence import days_of, first_occurrence
from calendar_sync.sync.lanes import place
from calendar_sync.sync.locate import elsewhere
from calendar_sync.sync.move import arrive
from calendar_sync.sync.seen_versions import Outcome
from calendar_sync.transactions import in_transaction

log = logging.getLogger(__name__)

_READ_LOCK = 0x57AFF
"""The advisory lock of those who read changes; the number is arbitrary."""


async def read_changes(clinic: Clinic) -> None:
    """Read what changed in each clinician's calendar since the last time and follow it.

    Another look is queued, in the same transaction, for a booking whose event changed while it was
    being inserted, was moved, or did not show in a full reading.
    """
    for each in clinic.each:
        await _read_changes(each)


async def _read_changes(clinic: Clinic) -> None:
    async with clinic.pool.connection() as conn:
        since = await change_cursor.current(conn, clinic.clinician_id)
        read_at = await seen_versions.database_time(conn)
    changes = await clinic.calendar.changes(since)
    full = since is None or isinstance(changes, CursorExpired)
    if isinstance(changes, CursorExpired):
        changes = await clinic.calendar.changes(None)
    if not isinstance(changes, Changes):
        why = changes.why if isinstance(changes, Unknown) else "its new cursor has expired too"
        log.warning("cannot read what changed in the calendar: %s", why)
        return
    await mark_copies(clinic, changes.entries)
    if not await _follow_all(clinic, changes, since, read_at, full=full):
        await _read_changes(clinic)


async def _follow_all(
    clinic: Clinic, changes: Changes, since: str | None, read_at: datetime | None, *, full: bool
) -> bool:
    """Follow what was read; False if another worker was faster, maybe with an older reading."""
    # A series before its days: which one is the visit follows from where the series is now.
    in_order = sorted(changes.entries, key=lambda event: bool(event.series))
    entries = [(event, await _where_it_is_now(clinic, event)) for event in in_order]
    async with clinic.pool.connection() as conn, conn.transaction():
        await conn.execute("SELECT pg_advisory_xact_lock(%s)", [_READ_LOCK])
        if await change_cursor.current(conn, clinic.clinician_id) != since:
            return False
        look_again = [await _follow_read(conn, clinic, *each, read_at) for each in entries]
        look_again += [await _set_aside(conn, each) for each in changes.unreadable]
        look_again += await days_of(conn, changes.entries, clinic.now())
        if full:
            look_again += await _missing(conn, clinic, changes.entries)
        await change_cursor.store(conn, changes.cursor, clinic.clinician_id)
        for booking_id in filter(None, look_again):
            await job_queue.look_at_event(conn, booking_id)
    return True


async def _where_it_is_now(
    clinic: Clinic, event: CalendarEvent
) -> tuple[Clinic, CalendarEvent] | None:
    """The event as another calendar has it, if staff put it there; else as it was read.

    None if that is not known. Asked before the transaction, which waits for no calendar.
    """
    if not event.cancelled:
        return clinic, event
    try:
        return await elsewhere(clinic, event.event_id) or (clinic, event)
    except NotYet:
        return None


async def _follow_read(
    conn: AsyncConnection,
    clinic: Clinic,
    event: CalendarEvent,
    where: tuple[Clinic, CalendarEvent] | None,
    read_at: datetime | None,
) -> int | None:
    """Follow it where it is now. Until that is known, no patient is told of a cancellation."""
    if where is None and (visit := await _booking_of(conn, event.event_id)):
        return visit.id
    return await follow(conn, *(where or (clinic, event)), read_at)


async def _set_aside(conn: AsyncConnection, event: Unreadable) -> int | None:
    """Show staff, once, an event that cannot be read; the booking's id if it is one's."""
    visit = await _booking_of(conn, event.event_id)
    target = visit or Caller(f"event {event.event_id}", None, "en")
    detail = event.title or event.event_id or "it has no id"
    await call_backs.request(conn, target, Reason.EVENT_UNREADABLE, detail)
    log.warning("an event in the calendar could not be read; it was set aside for staff")
    return visit.id if visit else None


async def follow(
    conn: AsyncConnection, clinic: Clinic, event: CalendarEvent, read_at: datetime | None = None
) -> int | None:
    """Follow one event as it is now; the booking's id if its event should be looked at again.

    If another version was followed since `read_at`, the database's time before this one was read,
    nobody knows which is newer: nothing follows but another look.
    """
    async with in_transaction(conn):
        visit = await _booking_of(conn, event.event_id) or await first_occurrence(conn, event)
        if visit is None:
            await close_if_done(conn, event)
            return None
        if event.beside and visit.state == "booked":
            await call_backs.request(conn, visit, Reason.OTHER_CALENDAR)
        held = await pending_move(conn, visit.id)
        if held and _is_at(clinic, event, held):
            # Our own move for the patient; the job may have died before the booking knew.
            await arrive(conn, clinic, held.id, event)
            return None
        outcome = _outcome(clinic, visit, event)
        if outcome == "later":
            return visit.id
        if outcome is None:
            return None
        # A colleague's calendar may show the same version that this one had.
        colleague = clinic.clinician_id if visit.clinician_id != clinic.clinician_id else ""
        version = f"{colleague} {event.etag}" if colleague else event.etag
        version_is = await seen_versions.store(
            conn, event.event_id, version, visit.id, outcome, read_at
        )
        # A tombstone without a version counts while there is a visit, and a day that comes back
        # with its series has the version that it had before.
        counts = not event.etag or (bool(event.series) and outcome == "restored")
        if version_is == "maybe older" or (version_is == "known" and not counts):
            return None
        # Other words, or a video link, leave the visit where it is.
        if outcome != "kept" or not _is_at(clinic, event, visit):
            await _apply(conn, clinic, visit, event, outcome)
        return None if outcome == "cancelled" else visit.id


async def _apply(
    conn: AsyncConnection, clinic: Clinic, visit: Booking, event: CalendarEvent, outcome: Outcome
) -> None:
    """Put the visit where the event is, or cancel it; store what the patient must be told."""
    if outcome == "cancelled":
        await booking_writes.cancel(conn, visit, by="staff")
    elif event.span is not None and not keeps_time(visit, event, clinic.now()):
        await place(conn, visit.id, event.span, clinic.clinician_id)
    if outcome in {"cancelled", "moved"}:
        await booking_writes.release_for_visit(conn, visit.id)
    await notices.require_notice(conn, visit.id, clinic.now(), clinic.rules.zone)


def keeps_time(visit: Booking, event: CalendarEvent, now: datetime) -> bool:
    """Whether the visit keeps its time whatever the event says, since no patient can follow it."""
    return event.span is None or event.all_day or event.span.end <= now < visit.slot.end


def _is_at(clinic: Clinic, event: CalendarEvent, booked: Booking) -> bool:
    """Whether the event is live at the booking's time in its clinician's calendar."""
    is_then = not event.cancelled and event.span == booked.slot
    return is_then and booked.clinician_id == clinic.clinician_id


def _outcome(  # noqa: PLR0911  # one line a case
    clinic: Clinic, visit: Booking, event: CalendarEvent
) -> Outcome | Literal["later"] | None:
    """What a change means; None if the event agrees with the booking, or no longer matters."""
    now = clinic.now()
    colleague = visit.clinician_id != clinic.clinician_id
    if colleague and event.cancelled:
        return None  # it left that calendar before
    differs = not _is_at(clinic, event, visit)
    match visit.state:
        case "held":
            return "later" if differs and visit.confirmed_at is not None else None
        case "booked" if event.cancelled:
            return "cancelled" if visit.slot.end > now else "kept"
        case "booked" if keeps_time(visit, event, now):
            return "kept"
        case "booked" if differs and event.span is not None:
            same = event.span.start == visit.slot.start and not colleague
            return "kept" if same else "moved"
        case "booked":
            return None if event.etag == visit.etag else "kept"
        case "cancelled" if not event.cancelled:
            # Until it is withdrawn, the event of a visit that the patient cancelled is still there.
            gone = visit.outcome == "staff" or visit.withdrawn_at
            return "restored" if gone and event.span and event.span.end > now else None
        case _:
            return None


async def _missing(
    conn: AsyncConnection, clinic: Clinic, events: tuple[CalendarEvent, ...]
) -> list[int]:
    """Future visits whose event is missing from a full sync: deleted while no cursor was valid."""
    rows = await conn.execute(
        "SELECT id FROM booking WHERE state = 'booked' AND upper(during) > %s"
        " AND clinician_id = %s AND event_id <> ALL (%s)",
        [clinic.now(), clinic.clinician_id, [event.event_id for event in events]],
    )
    return [booking_id for (booking_id,) in await rows.fetchall()]


async def _booking_of(conn: AsyncConnection, event_id: str) -> Booking | None:
    """The booking with this event, locked."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute("SELECT * FROM booking WHERE event_id = %s FOR UPDATE", [event_id])
        row = await cursor.fetchone()
    return None if row is None else from_row(row)
