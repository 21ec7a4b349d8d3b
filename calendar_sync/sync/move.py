"""A patient moves a visit: the event goes to the time that is held for it, and the booking follows.

The held time says what it is for (`booking.moves`) before anything is asked of the diary. So
whoever finds the event there later, this job run again or the reading of staff's changes, knows
that the patient moved it. Until the event has arrived the visit keeps its old time; from the
moment that the new one is held to the end nobody else can get either.
"""

from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from procrastinate import JobContext
from psycopg import AsyncConnection

from calendar_sync import job_queue
from calendar_sync.availability.postgres_ranges import as_range
from calendar_sync.bookings import call_backs, notices
from calendar_sync.bookings.booking import Booking, booking
from calendar_sync.calendars.contract import CalendarEvent
from calendar_sync.clinic import Clinic
from calendar_sync.retry import NotYet, UntilSettled, known
from calendar_sync.sync.blueprint import blueprint, clinic_of

_ROUNDS = 4  # a version that changes this often within a second is not changed by people


@blueprint.task(name="move_event", retry=UntilSettled(), pass_context=True)
async def move_event(context: JobContext, booking_id: int) -> None:
    """Move an event to the time that is held for it, which is `booking_id`; see `carry_out`."""
    await carry_out(clinic_of(context), booking_id)


async def carry_out(clinic: Clinic, held_id: int) -> None:
    """Settle a move: done, or given up because the time or the visit is not to be had.

    Raises NotYet when the diary does not know; once either time has come it is given up instead.
    """
    for _ in range(_ROUNDS):
        async with clinic.pool.connection() as conn:
            wanted = await booking(conn, held_id)
            if wanted.state != "held" or wanted.moves is None:
                return
            visit = await booking(conn, wanted.moves)
        try:
            await _attempt(clinic, visit, wanted)
        except NotYet:
            if clinic.now() < min(visit.slot.start, wanted.slot.start):
                raise
            await _give_up(clinic, visit, wanted, "failed")
    why = "the event was changed each time that it was to be moved"
    raise NotYet(why)


async def arrive(  # noqa: PLR0913, PLR0917  # what is needed to call it done
    conn: AsyncConnection,
    held_id: int,
    there: CalendarEvent,
    before: str,
    now: datetime,
    zone: ZoneInfo,
) -> bool:
    """The event stands at the held time: in one transaction, so does the booking. False if it did.

    `before` is the version of the event that the move replaced, or ""; a reading of staff's
    changes that is still under way may hold it, and must not take it for news. Locks the visit
    before the held time, as all who lock both do.
    """
    async with conn.transaction():
        visit = await booking(conn, (await booking(conn, held_id)).moves or 0, lock=True)
        wanted = await booking(conn, held_id, lock=True)
        if wanted.state != "held":
            return False
        outcome = None if visit.state == "booked" else "failed"
        await conn.execute(
            "UPDATE booking SET state = 'released', outcome = %s WHERE id = %s",
            [outcome, wanted.id],
        )
        if outcome:
            return False
        await conn.execute(
            """
            UPDATE booking SET during = %(slot)s, promised = %(slot)s, clinician = %(lane)s,
                               etag = %(etag)s, moved_at = %(now)s, warning = ''
            WHERE id = %(id)s
            """,
            {
                "slot": as_range(wanted.slot),
                "lane": wanted.clinician,
                "etag": there.etag,
                "now": now,
                "id": visit.id,
            },
        )
        if before:
            await conn.execute(
                "INSERT INTO staff_change (event_id, etag, booking, outcome)"
                " VALUES (%s, %s, %s, 'kept') ON CONFLICT DO NOTHING",
                [there.event_id, before, visit.id],
            )
        await notices.require_notice(conn, visit.id, now, zone)
        await job_queue.rewrite_event(conn, visit.id)
        return True


async def staff_were_first(conn: AsyncConnection, visit_id: int) -> None:
    """Staff moved or cancelled the visit: what its patient was about to do does not happen."""
    await conn.execute(
        "UPDATE booking SET state = 'released', outcome = 'failed'"
        " WHERE moves = %s AND state = 'held'",
        [visit_id],
    )


async def _attempt(clinic: Clinic, visit: Booking, wanted: Booking) -> None:
    """One look and one move; what somebody changed in between leads to another look."""
    there = known(await clinic.calendar.find(visit.event_id)) if visit.event_id else None
    expected = there is not None and not there.cancelled and not there.all_day
    if there is None or visit.state != "booked" or not expected:
        await _give_up(clinic, visit, wanted, "failed")
        return
    before = ""
    if there.span == visit.slot:
        if known(await clinic.calendar.busy(wanted.slot, besides=there.event_id)):
            await _give_up(clinic, visit, wanted, "taken")
            return
        before = there.etag
        moved = known(await clinic.calendar.move(there.event_id, wanted.slot, before))
        if not isinstance(moved, CalendarEvent):
            return
        there = moved
    elif there.span != wanted.slot:
        await _give_up(clinic, visit, wanted, "failed")  # staff's own move is followed elsewhere
        return
    async with clinic.pool.connection() as conn:
        await arrive(conn, wanted.id, there, before, clinic.now(), clinic.rules.zone)


async def _give_up(
    clinic: Clinic, visit: Booking, wanted: Booking, outcome: Literal["taken", "failed"]
) -> None:
    """The visit stays as it is. A patient who has left the page by now hears it from staff."""
    async with clinic.pool.connection() as conn, conn.transaction():
        given_up = await conn.execute(
            "UPDATE booking SET state = 'released', outcome = %s WHERE id = %s AND state = 'held'"
            " RETURNING confirmed_at < now() - interval '30 seconds'",
            [outcome, wanted.id],
        )
        if await given_up.fetchone() == (True,):
            await call_backs.ask_anew(
                conn, visit.call_sid, call_backs.NOT_MOVED, visit.number, visit.language
            )
