"""When each clinician is busy, stored in the database, so that no key press waits for a calendar.

The only writer of table `busy_times`. Fails closed: without a snapshot, or with one that is old or
does not reach far enough, nothing is offered.
"""

import asyncio
from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from operator import attrgetter

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from calendar_sync import job_queue
from calendar_sync.availability.opening_hours import Rules, first_instant, openings
from calendar_sync.availability.postgres_ranges import as_multirange, as_range, as_span, as_spans
from calendar_sync.availability.span import Span
from calendar_sync.availability.staff_openings import with_opened
from calendar_sync.bookings.booking import live_bookings
from calendar_sync.calendars.contract import Unknown
from calendar_sync.clinic import Clinic
from calendar_sync.clinician import DEFAULT_ID

STALE_AFTER = timedelta(minutes=10)

_CLOCKS_DIFFER = timedelta(minutes=1)  # between the machines of one line
_MAX_SNAPSHOT = timedelta(days=60)  # calendars refuse longer queries
_MAX_NEEDED = timedelta(days=59)  # so that the longest snapshot still serves until it is stale


@dataclass(frozen=True, slots=True)
class Stale:
    """The busy times are not known well enough to offer any; `why` is for staff and logs."""

    why: str


@dataclass(frozen=True, slots=True)
class BusySnapshot:
    """The busy times of `within` as they were at `read_at` (UTC)."""

    read_at: datetime
    within: Span
    busy: tuple[Span, ...]
    opened: tuple[Span, ...] = ()
    """Times that staff opened for screenings."""


async def refresh_all(clinic: Clinic) -> tuple[Unknown, ...]:
    """Read and store the busy times of every clinician; returns the answers that were none."""
    read = await asyncio.gather(*(refresh(each) for each in clinic.each))
    return tuple(answer for answer in read if isinstance(answer, Unknown))


async def refresh(clinic: Clinic) -> BusySnapshot | Unknown:
    """Read and store the calendar's busy times; Unknown leaves the old snapshot in place."""
    now = clinic.now()
    within = _to_read(clinic.rules, now)
    busy = await clinic.calendar.busy(within)
    if isinstance(busy, Unknown):
        return busy
    opened = await clinic.calendar.opened(within)
    if isinstance(opened, Unknown):
        return opened
    async with clinic.pool.connection() as conn, conn.transaction():
        # A reading that began earlier and ends later must not win, unless clocks were set back.
        await conn.execute(
            """
            INSERT INTO busy_times (one, clinician_id, read_at, within, busy, opened)
            VALUES (CASE %s WHEN 'default' THEN true END, %s, %s, %s, %s, %s)
            ON CONFLICT (clinician_id) DO UPDATE
            SET read_at = excluded.read_at, within = excluded.within,
                busy = excluded.busy, opened = excluded.opened
            WHERE busy_times.read_at NOT BETWEEN excluded.read_at
                                             AND excluded.read_at + interval '1 minute'
            """,
            [
                clinic.clinician_id,  # the release before this one knows its row by `one`
                clinic.clinician_id,
                now,
                as_range(within),
                as_multirange(busy),
                as_multirange(opened),
            ],
        )
        await _offer_what_opened(conn)
    return BusySnapshot(now, within, busy, opened)


async def snapshot(conn: AsyncConnection, clinician_id: str = DEFAULT_ID) -> BusySnapshot | None:
    """A clinician's last snapshot, however old; None before the first one."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            "SELECT read_at, within, busy::text, opened::text FROM busy_times"
            " WHERE clinician_id = %s",
            [clinician_id],
        )
        row = await cursor.fetchone()
    if row is None:
        return None
    return BusySnapshot(
        row["read_at"].astimezone(UTC),
        as_span(row["within"]),
        as_spans(row["busy"]),
        as_spans(row["opened"]),
    )


async def free_openings(clinic: Clinic, but_for: str = "") -> tuple[Span, ...] | Stale:
    """The present clinician's times that may be offered now, ascending; no calendar is asked.

    What the call `but_for` (its `call_sid`) holds and has not confirmed may be offered to it again.
    """
    async with clinic.pool.connection() as conn:
        return await openings_in(conn, clinic, but_for)


async def openings_in(
    conn: AsyncConnection, clinic: Clinic, but_for: str = "", *, held: bool = False
) -> tuple[Span, ...] | Stale:
    """The same, as the transaction of `conn` sees it; with `held` also what is only held."""
    now = clinic.now()
    needed = _needed(clinic.rules, now)
    latest = await snapshot(conn, clinic.clinician_id)
    if latest is None:
        return Stale("the busy times were never read")
    age = now - latest.read_at
    if age < -_CLOCKS_DIFFER:
        return Stale("the busy times were read later than now: the clock was set back")
    if age > STALE_AFTER:
        return Stale("the busy times were last read more than 10 minutes ago")
    if latest.within.start > needed.start or latest.within.end < needed.end:
        return Stale("the busy times do not cover every day that may be offered")
    taken = await live_bookings(conn, latest.within, but_for, clinic.clinician_id, holds=not held)
    busy = (*latest.busy, *taken)
    by_hours = openings(clinic.rules, busy, now) if clinic.availability == "hours" else []
    free = with_opened(clinic.rules, by_hours, latest.opened, busy, now)
    last = latest.within.end - timedelta(minutes=clinic.rules.buffer_minutes)
    return tuple(free[: bisect_right(free, last, key=attrgetter("end"))])


async def _offer_what_opened(conn: AsyncConnection) -> None:
    """In the transaction that shows a time as free, so that who waits is asked before callers."""
    rows = await conn.execute("SELECT EXISTS (SELECT FROM waiting_list WHERE ended_at IS NULL)")
    if await rows.fetchone() == (True,):
        await job_queue.offer_open_times(conn)


def _needed(rules: Rules, now: datetime) -> Span:
    """From now to the end of the last local day on offer, with the buffer around it."""
    start = now.astimezone(UTC) - timedelta(minutes=rules.buffer_minutes)
    return Span(start, min(_last_midnight(rules, now, rules.horizon_days + 1), start + _MAX_NEEDED))


def _to_read(rules: Rules, now: datetime) -> Span:
    """What is needed now and until the snapshot is stale, and a minute for clocks that differ."""
    start = now.astimezone(UTC) - timedelta(minutes=rules.buffer_minutes + 1)
    end = _last_midnight(rules, now, rules.horizon_days + 2)
    return Span(start, min(end, start + _MAX_SNAPSHOT))


def _last_midnight(rules: Rules, now: datetime, days: int) -> datetime:
    """The end of the local day before the one that is `days` after today, and the buffer."""
    day = now.astimezone(rules.zone).date() + timedelta(days=days)
    midnight = first_instant(datetime.combine(day, time.min), rules.zone)
    return midnight + timedelta(minutes=rules.buffer_minutes)
