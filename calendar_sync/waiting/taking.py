"""What somebody does with a time that they were offered: take it, or not."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg import AsyncConnection

from calendar_sync.bookings import call_backs, chart, confirmation, patient_changes
from calendar_sync.bookings.booking import Booking, BookingNote, Taken, booking, pending_move
from calendar_sync.bookings.call_back_reasons import Reason
from calendar_sync.clinic import Clinic
from calendar_sync.waiting import entries, offers
from calendar_sync.waiting.entries import Entry
from calendar_sync.waiting.membership import end_offer, leave
from calendar_sync.waiting.notes import show
from calendar_sync.waiting.offers import Offer

ASK_AGAIN_AFTER = timedelta(days=14)
"""Safety answers older than this are asked again before a time is taken."""


@dataclass(frozen=True, slots=True)
class Offered:
    """An offer as its link shows it: the held time, who waits, and the visit that they have."""

    offer: Offer
    entry: Entry
    held: Booking
    visit: Booking | None

    def may_take(self, now: datetime) -> bool:
        """Whether the time is still theirs to take, and earlier than the visit that they have."""
        held, visit = self.held, self.visit
        open_ = self.offer.is_open(now) and held.state == "held" and held.slot.start > now
        if not open_ or self.entry.ended_at is not None:
            return False
        if visit is None:
            return True
        earlier = visit.state == "booked" and now < visit.slot.start and held.slot < visit.slot
        return earlier and held.clinician_id == visit.clinician_id

    def asks_safety(self, now: datetime) -> bool:
        """Whether the safety questions have to be answered again first."""
        return now - self.entry.safety_at > ASK_AGAIN_AFTER


async def offered(conn: AsyncConnection, held: Booking, *, lock: bool = False) -> Offered | None:
    """The offer of this held time; None if that is held for a caller.

    With `lock`, the visit and then the held time are locked, and read again.
    """
    seen = await _seen(conn, held)
    if seen is None or not lock:
        return seen
    if seen.visit is not None:
        await booking(conn, seen.visit.id, lock=True)
    return await _seen(conn, await booking(conn, held.id, lock=True))


async def _seen(conn: AsyncConnection, held: Booking) -> Offered | None:
    if (found := await offers.offer_of(conn, held.id)) is None:
        return None
    if (waits := await entries.entry(conn, found.waiting)) is None:
        return None
    visit = await booking(conn, waits.visit) if waits.visit else None
    return Offered(found, waits, held, visit)


async def taken_visit(conn: AsyncConnection, held: Booking) -> Booking | None:
    """The visit that has moved to this offered time; None for any other booking."""
    if held.moves is None or held.state != "released" or held.outcome is not None:
        return None
    return await booking(conn, held.moves) if await offers.offer_of(conn, held.id) else None


async def take(clinic: Clinic, held: Booking) -> bool:
    """Store their yes and queue the move, or the insert of a first visit, in one transaction.

    False if the time is not to be had any more; what is booked stands. True again if they said yes
    before.
    """
    async with clinic.pool.connection() as conn, conn.transaction():
        now = clinic.now()
        seen = await offered(conn, held, lock=True)
        if seen is None:
            return False
        if seen.offer.accepted_at is not None:
            return True
        if not seen.may_take(now) or seen.asks_safety(now):
            return False
        if seen.visit is not None:
            if await pending_move(conn, seen.visit.id):
                return False
            await patient_changes.start_move(conn, held.id, seen.visit.id)
        else:
            lines = dict(seen.entry.chart)
            known = BookingNote(seen.entry.language, seen.entry.number, lines, now)
            if isinstance(await confirmation.confirm(conn, held.id, known), Taken):
                return False
        await offers.accept(conn, seen.offer.id, now)
        booked = 0 if seen.visit else held.id
        await show(conn, seen.entry.id, clinic.rules.zone, booked)
        return True


async def decline(clinic: Clinic, held: Booking) -> None:
    """They do not want this time; they wait for another one."""
    async with clinic.pool.connection() as conn, conn.transaction():
        seen = await offered(conn, held, lock=True)
        if seen is not None and seen.offer.ended_at is None and seen.offer.accepted_at is None:
            await end_offer(conn, seen.entry, seen.offer, "declined", clinic.now())
            await show(conn, seen.entry.id, clinic.rules.zone)


async def store_safety(clinic: Clinic, held: Booking, line: tuple[str, str]) -> None:
    """The safety questions were answered with a no to each; `line` is what staff read of it."""
    async with clinic.pool.connection() as conn, conn.transaction():
        seen = await offered(conn, held, lock=True)
        if seen is None:
            return
        lines = dict(seen.entry.chart) | dict([line])
        await entries.store_safety(conn, seen.entry, tuple(lines.items()), clinic.now())
        if seen.visit is not None:
            await chart.add_to_chart(conn, seen.visit.id, (line,))


async def stop_for_safety(clinic: Clinic, held: Booking, question: str) -> None:
    """A danger sign: nothing is booked or moved, they are off the list, and staff call.

    `question` is the permanent name of the safety question.
    """
    async with clinic.pool.connection() as conn, conn.transaction():
        seen = await offered(conn, held, lock=True)
        if seen is None:
            return
        await leave(conn, seen.entry, "danger sign", clinic.now(), clinic.rules.zone)
        target = seen.visit or seen.entry
        await call_backs.request_again(conn, target, Reason.SAFETY_STOP, question)
