"""Offers times that have opened to those who wait, one person at a time.

One transaction does it all: an offer whose half hour is over ends, and the same time is held for
the next in line before anybody else sees it free. A process that dies leaves nothing half done.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from procrastinate import JobContext
from psycopg import AsyncConnection
from psycopg.errors import DeadlockDetected, ExclusionViolation, LockNotAvailable

from calendar_sync import job_queue
from calendar_sync.availability.quiet_hours import is_quiet
from calendar_sync.bookings import booking_writes, call_backs
from calendar_sync.bookings.booking import Booking, booking
from calendar_sync.bookings.call_back_reasons import Reason
from calendar_sync.bookings.deadlines import OFFER_HOLD_LIFETIME
from calendar_sync.clinic import Clinic
from calendar_sync.job_queue import HOUSEKEEPING
from calendar_sync.sync.blueprint import blueprint, clinic_of
from calendar_sync.waiting import entries, offers
from calendar_sync.waiting.entries import Entry, EntryOutcome
from calendar_sync.waiting.matching import Candidate, Match, first_match, still_known
from calendar_sync.waiting.membership import end_offer, open_offer
from calendar_sync.waiting.notes import show
from calendar_sync.waiting.offers import A_DAY, LIFETIME, Offer
from calendar_sync.waiting.times import Open, clinicians_for, open_times

log = logging.getLogger(__name__)

_LOCK = 0x0FFE2
"""The advisory lock of those who offer times; the number is arbitrary."""
_DAY = timedelta(hours=24)


@blueprint.task(
    name="offer_open_times",
    queue=HOUSEKEEPING,
    queueing_lock="offer_open_times",
    pass_context=True,
)
async def offer_open_times(context: JobContext) -> None:
    """Offer what has opened; deferred whenever busy times were read, and when an offer ends."""
    try:
        await offer_times(clinic_of(context))
    except (DeadlockDetected, LockNotAvailable):
        log.info("somebody works on a visit that waits; offered at the next reading")


async def offer_times(clinic: Clinic) -> None:
    """Settle what was offered, then offer what is open. Safe to run twice, and at once."""
    async with clinic.pool.connection() as conn, conn.transaction():
        await conn.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        candidates = list[Candidate]()
        for each in await entries.all_waiting(conn):
            if candidate := await _settled(conn, clinic, each):
                candidates.append(candidate)
        free = await open_times(conn, clinic)
        candidates = await _with_news(conn, clinic, candidates, free)
        now, zone = clinic.now(), clinic.rules.zone
        if is_quiet(now, zone) or is_quiet(now + LIFETIME, zone):
            return
        while match := first_match(candidates, free):
            slots, whose = free[match.clinician_id], match.clinician_id
            free[whose] = tuple(slot for slot in slots if not slot.overlaps(match.slot))
            if await _offer(conn, clinic, match):
                candidates = [each for each in candidates if each is not match.candidate]


async def _settled(conn: AsyncConnection, clinic: Clinic, waits: Entry) -> Candidate | None:
    """Bring one entry up to date; None if they wait no more or may be offered nothing now."""
    now = clinic.now()
    visit = await entries.lock_visit(conn, waits)
    offered = await open_offer(conn, waits)
    if offered and offered.accepted_at is not None:
        await _settle_accepted(conn, clinic, waits, offered)
        return None
    if over := await _reason_to_end(conn, waits, visit, now):
        if offered:
            await end_offer(conn, waits, offered, "not earlier", now)
        await entries.end(conn, waits.id, over, now)
        await show(conn, waits.id, clinic.rules.zone)
        return None
    if offered:
        held = await booking(conn, offered.booking, lock=True)
        if held.state == "held" and _is_earlier(held, visit) and now < offered.until:
            return None
        earlier = _is_earlier(held, visit)
        await end_offer(conn, waits, offered, "lapsed" if earlier else "not earlier", now)
        await show(conn, waits.id, clinic.rules.zone)
    before = await offers.offers_to(conn, waits.id)
    if sum(each.offered_at > now - _DAY for each in before) >= A_DAY:
        return None
    return Candidate(
        waits,
        visit.slot.start if visit else None,
        clinicians_for(clinic, waits.language, visit),
        {each.start for each in before},
    )


async def _reason_to_end(
    conn: AsyncConnection, waits: Entry, visit: Booking | None, now: datetime
) -> EntryOutcome | None:
    if visit is None:
        return "booked" if await entries.has_booked_since(conn, waits, now) else None
    return None if visit.state == "booked" and visit.slot.start > now else "visit over"


def _is_earlier(held: Booking, visit: Booking | None) -> bool:
    """Whether the offered time is still one that the visit could move to."""
    if visit is None:
        return True
    return held.slot.start < visit.slot.start and held.clinician_id == visit.clinician_id


async def _settle_accepted(
    conn: AsyncConnection, clinic: Clinic, waits: Entry, offered: Offer
) -> None:
    """What the calendar made of a yes: they have the time, or wait for another one."""
    now, held = clinic.now(), await booking(conn, offered.booking, lock=True)
    if held.state == "held":
        return  # the calendar has not answered yet
    moved = held.moves is not None and held.outcome is None
    if moved or held.state in {"booked", "cancelled"}:
        await offers.end(conn, offered.id, "taken", now)
        await entries.end(conn, waits.id, "taken", now)
    else:
        await offers.end(conn, offered.id, "failed", now)
        if waits.visit is None and held.outcome == "taken":
            await call_backs.request(conn, held, Reason.TAKEN_AFTER_ALL)
    await show(conn, waits.id, clinic.rules.zone, 0 if waits.visit else held.id)


async def _with_news(
    conn: AsyncConnection, clinic: Clinic, candidates: Sequence[Candidate], free: Open
) -> list[Candidate]:
    """The candidates, with what is no news to everybody who waits brought up to date."""
    unbooked = await open_times(conn, clinic, held=True)
    first_look = {each.entry.id for each in candidates if each.entry.known is None}
    for waits in await entries.all_waiting(conn):
        visit = await booking(conn, waits.visit) if waits.visit else None
        suited = clinicians_for(clinic, waits.language, visit)
        if any(each not in free for each in suited):
            continue
        seen = free if waits.known is None else unbooked
        slots = [slot for each in suited for slot in seen[each]]
        await entries.store_known(conn, waits, still_known(waits.known, slots))
    return [each for each in candidates if each.entry.id not in first_look]


async def _offer(conn: AsyncConnection, clinic: Clinic, match: Match) -> bool:
    """Hold the time for them and have the text sent; False if somebody else is taking it."""
    waits, slot, now = match.candidate.entry, match.slot, clinic.now()
    step = f"offer {slot.start:%Y%m%dT%H%M}"
    try:
        async with conn.transaction():
            await booking_writes.release_overlapping(conn, waits.holder, step, slot)
            held = await booking_writes.insert_hold(
                conn, waits.holder, step, slot, match.clinician_id
            )
    except (DeadlockDetected, ExclusionViolation, LockNotAvailable):
        return False
    if held is None:
        return False
    await booking_writes.hold_until(conn, held, OFFER_HOLD_LIFETIME)
    await booking_writes.store(
        conn,
        held,
        language=waits.language,
        text_number=waits.number,
        text_consent_at=waits.consent_at,
        text_wording=waits.wording,
    )
    await offers.add(conn, waits.id, held, slot.start, now)
    await job_queue.notify_patient(conn, held)
    await show(conn, waits.id, clinic.rules.zone)
    return True
