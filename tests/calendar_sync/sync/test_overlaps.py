"""A visit's event shows when an event in any calendar overlaps it."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from stand_ins.google.faults import Fault
from stand_ins.google.server import Google
from support.clinic import confirmed, jobs_waiting, own_event, row, span
from support.google_clinic import calendar_at

from calendar_sync.clinic import Clinic
from calendar_sync.sync.insert import insert
from calendar_sync.sync.staff_jobs import OVERLAPS, follow_all, look

NINE, TEN = span("2026-12-01 09:00"), span("2026-12-01 10:00")
AtGoogle = tuple[Clinic, Google]


@pytest_asyncio.fixture
async def at_google(clinic: Clinic, tmp_path: Path) -> AsyncGenerator[AtGoogle]:
    """A clinic at Google with visits at nine and at ten, and no job waiting."""
    with Google() as google, calendar_at(google, tmp_path) as calendar:
        at_google = replace(clinic, calendar=calendar)
        for number, time in enumerate((NINE, TEN)):
            await insert(at_google, await confirmed(at_google, time, f"CA{number}"))
        await follow_all(at_google)
        await forget_jobs(at_google)
        yield at_google, google
        assert google.broken_rules == []


async def forget_jobs(clinic: Clinic) -> None:
    """Empty the queue."""
    async with clinic.pool.connection() as conn:
        await conn.execute("DELETE FROM procrastinate_jobs")


@pytest.mark.parametrize("times", [("2026-12-01 09:10", "2026-12-01 09:30"), ("2026-12-01",) * 2])
async def test_a_block_in_another_calendar_marks_the_visit(
    at_google: AtGoogle, times: tuple[str, str]
) -> None:
    """The next sync marks an overlapped visit, and unmarks it once the other event is gone."""
    clinic, google = at_google
    start, end = times
    end = "2026-12-02" if start == end else end
    block = google.doctor.add(start, end, transparency="opaque")
    await follow_all(clinic)
    overlapped = 2 if end == "2026-12-02" else 1
    assert await jobs_waiting(clinic) == ["look_at_event"] * overlapped
    await look(clinic, 1)
    assert (await own_event(clinic, 1)).description.startswith(f"CHECK: {OVERLAPS}\n")
    await forget_jobs(clinic)
    google.doctor.delete(block)
    await follow_all(clinic)
    assert await jobs_waiting(clinic) == ["look_at_event"]
    await look(clinic, 1)
    assert (await own_event(clinic, 1)).description.startswith("CALL:")


async def test_visits_side_by_side_and_free_events_are_no_overlap(at_google: AtGoogle) -> None:
    """Visits without an overlap are not checked."""
    clinic, google = at_google
    google.doctor.add("2026-12-01 09:20", "2026-12-01 10:00")
    google.doctor.add("2026-12-01 09:00", "2026-12-01 10:20", transparency="transparent")
    await follow_all(clinic)
    assert await jobs_waiting(clinic) == []


async def test_busy_times_that_cannot_be_read_mark_nothing(at_google: AtGoogle) -> None:
    """Unreadable busy times mark nothing; the next sync is a minute away."""
    clinic, google = at_google
    google.doctor.add("2026-12-01 09:10", "2026-12-01 09:30")
    google.faults.append(Fault("freebusy.query", times=9))
    await follow_all(clinic)
    assert await jobs_waiting(clinic) == []
    assert (await row(clinic, 1)).warning == ""
