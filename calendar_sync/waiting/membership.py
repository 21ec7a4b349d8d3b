"""Joining and leaving the list, and ending an offer."""

from datetime import datetime
from zoneinfo import ZoneInfo

from psycopg import AsyncConnection

from calendar_sync import job_queue
from calendar_sync.bookings import booking_writes, call_backs
from calendar_sync.bookings.booking import booking
from calendar_sync.bookings.call_back_reasons import Reason
from calendar_sync.clinic import Clinic
from calendar_sync.waiting import entries, offers
from calendar_sync.waiting.entries import Entry, EntryOutcome, NewEntry
from calendar_sync.waiting.notes import show
from calendar_sync.waiting.offers import Offer, OfferOutcome
from calendar_sync.waiting.times import clinicians_for, open_times, starts


async def join(clinic: Clinic, new: NewEntry) -> None:
    """Put somebody on the list, and say so in their visit's event; again changes nothing.

    Times that are open now are no news to them. Raises BookingNotFoundError.
    """
    async with clinic.pool.connection() as conn, conn.transaction():
        visit = await booking(conn, new.visit, lock=True) if new.visit else None
        suited = clinicians_for(clinic, new.language, visit)
        await entries.add(conn, new, starts(await open_times(conn, clinic), suited))
        if visit and (waits := await entries.entry_of_visit(conn, visit.id)):
            await show(conn, waits.id, clinic.rules.zone)


async def leave(
    conn: AsyncConnection, waits: Entry, outcome: EntryOutcome, now: datetime, zone: ZoneInfo
) -> None:
    """Take them off the list; what is held for them goes to the next in line.

    A time that they have taken already stays theirs. Call it in a transaction.
    """
    await entries.lock_visit(conn, waits)
    if (offered := await open_offer(conn, waits)) is not None:
        if offered.accepted_at is not None:
            return
        await end_offer(conn, waits, offered, "left", now)
    if await entries.end(conn, waits.id, outcome, now):
        await show(conn, waits.id, zone)


async def leave_all(
    conn: AsyncConnection, number: str, outcome: EntryOutcome, now: datetime, zone: ZoneInfo
) -> None:
    """Take everybody with this number off the list: it gets no more texts.

    Staff call those who wait for a first visit and can not be texted.
    """
    for waits in await entries.waiting_with(conn, number):
        await leave(conn, waits, outcome, now, zone)
        if outcome == "not textable" and waits.visit is None:
            await call_backs.request(conn, waits, Reason.NO_OPEN_TIME)


async def open_offer(conn: AsyncConnection, waits: Entry) -> Offer | None:
    """The offer whose outcome is still open; its held time is locked."""
    if (found := await offers.open_offer(conn, waits.id)) is None:
        return None
    await booking(conn, found.booking, lock=True)
    return await offers.open_offer(conn, waits.id)


async def end_offer(
    conn: AsyncConnection, waits: Entry, offered: Offer, outcome: OfferOutcome, now: datetime
) -> None:
    """Release the held time, and have it offered to the next in line.

    The visit is locked by now, see `entries.lock_visit`.
    """
    await booking_writes.release_unconfirmed(conn, waits.holder)
    await offers.end(conn, offered.id, outcome, now)
    await job_queue.offer_open_times(conn)


async def not_delivered(
    conn: AsyncConnection, booking_id: int, now: datetime, zone: ZoneInfo
) -> None:
    """The text about this held time does not arrive: it is offered to the next in line."""
    offered = await offers.offer_of(conn, booking_id)
    waits = offered and await entries.entry(conn, offered.waiting)
    if offered and waits and offered.accepted_at is None:
        await end_offer(conn, waits, offered, "not delivered", now)
        await show(conn, waits.id, zone)
