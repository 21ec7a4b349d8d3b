"""Every change to table `booking`; no other module writes it.

A change names the state that it expects, so one that comes twice or late changes nothing. Only the
row is decided here: jobs and other tables are the caller's, in one transaction with the change.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import Literal, LiteralString

from psycopg import AsyncConnection
from psycopg.abc import Params

from calendar_sync.availability.postgres_ranges import as_range
from calendar_sync.availability.span import Span
from calendar_sync.bookings.booking import Booking, BookingNote, State, holder_of
from calendar_sync.bookings.deadlines import HOLD_LIFETIME
from calendar_sync.bookings.event_text import event_id
from calendar_sync.calendars.contract import CalendarEvent
from calendar_sync.clinician import DEFAULT_ID, lane_of
from calendar_sync.private_fields import Lookup, lookup, private_chart, private_columns

_RELEASE: LiteralString = (
    "UPDATE booking SET state = 'released' WHERE state = 'held' AND confirmed_at IS NULL AND "
)


async def insert_hold(
    conn: AsyncConnection, call_sid: str, step: str, slot: Span, clinician_id: str = DEFAULT_ID
) -> int | None:
    """Hold a free time: the booking's id, or None if the time or the step is used already.

    Never a plain INSERT: racing ones deadlock in the constraint's check, a second for each victim.
    """
    rows = await conn.execute(
        "INSERT INTO booking (call_sid, step, during, clinician, clinician_id, state, expires_at)"
        " VALUES (%s, %s, %s, %s, %s, 'held', now() + %s) ON CONFLICT DO NOTHING RETURNING id",
        [call_sid, step, as_range(slot), lane_of(clinician_id), clinician_id, HOLD_LIFETIME],
    )
    new = await rows.fetchone()
    return new[0] if new else None


async def hold_until(conn: AsyncConnection, held_id: int, lifetime: timedelta) -> None:
    """Let a hold last this long from now on."""
    statement = "UPDATE booking SET expires_at = now() + %s WHERE id = %s"
    await _count(conn, statement, [lifetime, held_id])


async def hold_again(conn: AsyncConnection, lapsed: Booking) -> bool:
    """Hold a released time again, unless it was ever confirmed or its call has another one now.

    Raises ExclusionViolation if somebody else has the time.
    """
    statement = """
        UPDATE booking SET state = 'held', expires_at = now() + %(lifetime)s
        WHERE id = %(id)s AND state = 'released' AND confirmed_at IS NULL AND NOT EXISTS (
          SELECT FROM booking AS other WHERE other.call_sid = %(call_sid)s
            AND other.id <> %(id)s AND other.state IN ('held', 'booked'))
        """
    own = {"id": lapsed.id, "call_sid": lapsed.call_sid}
    return await _count(conn, statement, {**own, "lifetime": HOLD_LIFETIME}) == 1


async def release_unconfirmed(conn: AsyncConnection, call_sid: str, except_id: int = 0) -> int:
    """Release what a call holds and has not confirmed; returns how many holds that were."""
    statement = _RELEASE + "call_sid = %s AND id <> %s"
    return await _count(conn, statement, [call_sid, except_id])


async def release_expired(conn: AsyncConnection) -> int:
    """Release every unconfirmed hold whose lifetime is over; returns how many that were."""
    return await _count(conn, _RELEASE + "expires_at < now()", [])


async def release_overlapping(conn: AsyncConnection, call_sid: str, step: str, slot: Span) -> None:
    """Make room for a hold: release expired ones at this time, and the call's own from other steps.

    The exclusion constraint cannot look at the clock, so an expired hold is in the way until then.
    """
    statement = """
        UPDATE booking SET state = 'released'
        WHERE state = 'held' AND confirmed_at IS NULL AND during && %(during)s
          AND (call_sid = %(call_sid)s OR expires_at < now())
          AND (call_sid, step) <> (%(call_sid)s, %(step)s)
        """
    await _count(conn, statement, {"during": as_range(slot), "call_sid": call_sid, "step": step})


async def confirm(conn: AsyncConnection, held: Booking, visit_code: str, note: BookingNote) -> bool:
    """Store the caller's yes; False if the hold has changed, or a live booking has this code."""
    statement = """
        UPDATE booking SET confirmed_at = now(), booked_at = coalesce(%s, now()), visit_code = %s,
                           event_id = %s, language = %s, number = %s, chart = %s
        WHERE id = %s AND state = 'held' AND visit_code IS NULL AND NOT EXISTS (
          SELECT FROM booking WHERE visit_code = %s AND state IN ('held', 'booked'))"""
    code, own_event = Lookup(visit_code), event_id(held.call_sid, held.step, held.generation)
    caller = (note.language, lookup(note.number), private_chart(held.id, note.chart.items()))
    return await _count(conn, statement, [note.at, code, own_event, *caller, held.id, code]) == 1


async def confirm_move(conn: AsyncConnection, held_id: int, visit_id: int) -> None:
    """Store the patient's yes to move a visit to a held time."""
    statement = "UPDATE booking SET confirmed_at = now(), moves = %s WHERE id = %s"
    await _count(conn, statement, [visit_id, held_id])


async def release_confirmed(
    conn: AsyncConnection, waiting: Booking, outcome: Literal["taken", "failed"] | None
) -> timedelta | None:
    """Release a confirmed hold; how long ago it was confirmed, or None if it is not held any more.

    `outcome` says why it was not booked; None for a held time that its visit has moved to.
    """
    rows = await conn.execute(
        "UPDATE booking SET state = 'released', outcome = %s WHERE id = %s AND state = 'held'"
        " AND confirmed_at IS NOT NULL AND event_id IS NOT DISTINCT FROM %s"
        " RETURNING now() - confirmed_at",
        [outcome, waiting.id, waiting.event_id],
    )
    released = await rows.fetchone()
    return released[0] if released else None


async def release_for_visit(
    conn: AsyncConnection, visit_id: int, *, unconfirmed_too: bool = False
) -> None:
    """Release the time that a visit was about to move to."""
    statement = """
        UPDATE booking SET state = 'released', outcome = 'failed'
        WHERE call_sid = %s AND state = 'held' AND (moves IS NOT NULL OR %s)
        """
    await _count(conn, statement, [holder_of(visit_id), unconfirmed_too])


async def mark_booked(conn: AsyncConnection, waiting: Booking, etag: str) -> bool:
    """The event of a confirmed hold was read back. False if the booking has changed meanwhile."""
    statement = """
        UPDATE booking SET state = 'booked', etag = %s, promised = during,
                           promised_clinician = clinician_id
        WHERE id = %s AND state = 'held' AND confirmed_at IS NOT NULL AND event_id = %s
        """
    return await _count(conn, statement, [etag, waiting.id, waiting.event_id]) == 1


async def next_event(conn: AsyncConnection, waiting: Booking) -> None:
    """Give a held booking the next event id: the one it has is used by another event."""
    statement = """
        UPDATE booking SET generation = generation + 1, event_id = %s
        WHERE id = %s AND state = 'held' AND event_id = %s
        """
    new = event_id(waiting.call_sid, waiting.step, waiting.generation + 1)
    await _count(conn, statement, [new, waiting.id, waiting.event_id])


async def cancel(conn: AsyncConnection, visit: Booking, by: Literal["staff", "patient"]) -> bool:
    """Cancel a visit; False if it has changed since it was read.

    The patient knows of their own cancellation, so none is promised to them any more.
    """
    statement = """
        UPDATE booking SET state = 'cancelled', outcome = %(by)s, expires_at = now(),
                           promised = CASE WHEN %(by)s = 'staff' THEN promised END
        WHERE id = %(id)s AND state = %(state)s AND event_id IS NOT DISTINCT FROM %(event_id)s
        """
    known = {"id": visit.id, "state": visit.state, "event_id": visit.event_id}
    return await _count(conn, statement, {"by": by, **known}) == 1


async def move_to(
    conn: AsyncConnection, visit: Booking, held: Booking, event: CalendarEvent, now: datetime
) -> None:
    """The patient's move is done: the visit takes the held time, clinician, and this event."""
    statement = """
        UPDATE booking SET (during, promised, clinician, clinician_id, promised_clinician, warning)
          = (held.during, held.during, held.clinician, held.clinician_id, held.clinician_id, ''),
            event_id = %s, etag = %s, moved_at = %s, changed_by = held.changed_by
        FROM booking AS held WHERE booking.id = %s AND held.id = %s
        """
    await _count(conn, statement, [event.event_id, event.etag, now, visit.id, held.id])


async def place_outside_lanes(
    conn: AsyncConnection, visit_id: int, slot: Span, clinician_id: str
) -> None:
    """Book a visit where staff put it, even if it overlaps; release the unconfirmed holds there.

    Its lane is -id, see `sync.lanes`. A visit code that another one has got is dropped.
    """
    there = [as_range(slot), clinician_id]
    await _count(conn, _RELEASE + "during && %s AND clinician_id = %s", there)
    statement = """
        UPDATE booking SET state = 'booked', outcome = NULL, withdrawn_at = NULL,
                           during = %(during)s, clinician = -id, clinician_id = %(whose)s,
                           visit_code = CASE WHEN NOT EXISTS (
                             SELECT FROM booking AS other WHERE other.id <> booking.id
                               AND other.visit_code = booking.visit_code
                               AND other.state IN ('held', 'booked')) THEN visit_code END
        WHERE id = %(id)s
        """
    await _count(conn, statement, {"id": visit_id, "during": as_range(slot), "whose": clinician_id})


async def enter_lane(conn: AsyncConnection, visit_id: int, clinician_id: str) -> None:
    """Put a booked visit into its clinician's lane, unless the time is taken there.

    Raises ExclusionViolation if another transaction takes it at the same moment.
    """
    statement = """
        UPDATE booking SET clinician = %(clinician)s
        WHERE id = %(id)s AND state = 'booked' AND clinician_id = %(clinician_id)s AND NOT EXISTS (
          SELECT FROM booking AS other WHERE other.during && booking.during
            AND other.id <> booking.id AND other.clinician = %(clinician)s
            AND other.state IN ('held', 'booked'))
        """
    lane = lane_of(clinician_id)
    await _count(conn, statement, {"id": visit_id, "clinician": lane, "clinician_id": clinician_id})


async def add_written(conn: AsyncConnection, booking_id: int, digests: Iterable[str]) -> None:
    """Remember the digests of texts that we gave the booking's event."""
    statement = """
        UPDATE booking SET written = written || array(
          SELECT unnest(%(digests)s::text[]) EXCEPT SELECT unnest(written))
        WHERE id = %(id)s AND NOT %(digests)s::text[] <@ written
        """
    await _count(conn, statement, {"id": booking_id, "digests": [*map(Lookup, digests)]})


async def store(
    conn: AsyncConnection, booking_id: int, *, if_state: State | None = None, **values: object
) -> bool:
    """Store facts that no function above decides; False if known, or the state is another one."""
    given = {**private_columns(booking_id, values), "id": booking_id, "state": if_state}
    return await _count(conn, _store_statement(*values), given) == 1


@cache
def _store_statement(*columns: str) -> bytes:
    names, given = ", ".join(columns), ", ".join(f"%({each})s" for each in columns)
    return (
        f"UPDATE booking SET ({names}) = ROW ({given}) WHERE id = %(id)s"  # noqa: S608  # our names
        f" AND state = coalesce(%(state)s, state) AND ROW ({names}) IS DISTINCT FROM ROW ({given})"
    ).encode()


async def _count(conn: AsyncConnection, statement: LiteralString | bytes, given: Params) -> int:
    """How many rows it has changed."""
    return (await conn.execute(statement, given)).rowcount
