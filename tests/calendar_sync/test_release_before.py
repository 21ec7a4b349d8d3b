"""The release that knew one clinician works on the tables of this one, before and beside it."""

import pytest
from support.clinic import span
from support.two_therapists import COLLEAGUE, with_two

from calendar_sync.availability.postgres_ranges import as_range
from calendar_sync.bookings import free_times
from calendar_sync.calendars.local import LocalCalendar
from calendar_sync.clinic import Clinic
from calendar_sync.clinician import DEFAULT_ID
from calendar_sync.sync import change_cursor
from calendar_sync.sync.staff_jobs import follow_all

BUSY = """
INSERT INTO busy_times (read_at, within, busy, opened) VALUES (%s, %s, '{}', '{}')
ON CONFLICT (one) DO UPDATE SET read_at = excluded.read_at, within = excluded.within
"""
CURSOR = """
INSERT INTO calendar_cursor (cursor) VALUES ('7')
ON CONFLICT (one) DO UPDATE SET cursor = excluded.cursor, read_at = now()
"""
HOLD = """
INSERT INTO booking (call_sid, step, during, state, expires_at)
VALUES ('CA1', 'hold', %s, 'held', now() + interval '5 minutes') ON CONFLICT DO NOTHING
RETURNING clinician_id
"""


@pytest.mark.parametrize("first", ["this release", "the one before"])
async def test_both_write_the_same_rows(clinic: Clinic, first: str) -> None:
    """Whichever wrote first, there is one row for the one clinician, and the later write counts."""
    day = span("2026-12-01 00:00", 24 * 60)

    async def before() -> None:
        async with clinic.pool.connection() as conn:
            await conn.execute(BUSY, [clinic.now(), as_range(day)])
            await conn.execute(CURSOR)

    async def this() -> None:
        await free_times.refresh(clinic)
        await follow_all(clinic)

    for write in (this, before, this) if first == "this release" else (before, this, before):
        await write()
    async with clinic.pool.connection() as conn:
        for table in ("busy_times", "calendar_cursor"):
            rows = await conn.execute(f"SELECT clinician_id, one FROM {table}")  # noqa: S608
            assert await rows.fetchall() == [(DEFAULT_ID, True)]
        kept = await change_cursor.current(conn)
        held = await (await conn.execute(HOLD, [as_range(span("2026-12-01 09:00"))])).fetchone()
    assert (kept == "7") is (first == "the one before")
    assert held == (DEFAULT_ID,)


async def test_each_clinician_has_a_row(clinic: Clinic) -> None:
    """A second one's busy times and cursor are kept beside the first one's."""
    team = with_two(clinic, LocalCalendar(clinic.pool, COLLEAGUE))
    await follow_all(team)
    await free_times.refresh_all(team)
    async with clinic.pool.connection() as conn:
        for table in ("busy_times", "calendar_cursor"):
            rows = await conn.execute(f"SELECT clinician_id FROM {table} ORDER BY 1")  # noqa: S608
            assert await rows.fetchall() == [(DEFAULT_ID,), (COLLEAGUE,)]
