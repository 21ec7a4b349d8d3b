"""Fixtures of the calendar tests: a clinic, and the queue that its jobs are deferred to."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from procrastinate import App
from psycopg_pool import AsyncConnectionPool
from stand_ins.google.server import RIVERA, Google
from support.clinic import CHART_LABELS, RULES, SetClock, confirmed, row, span
from support.faulty_calendar import FaultyCalendar
from support.google_clinic import calendar_at
from support.google_visit import GoogleVisit
from support.two_therapists import with_two

from calendar_sync.bookings import free_times
from calendar_sync.calendars.contract import Calendar
from calendar_sync.calendars.local import LocalCalendar
from calendar_sync.clinic import Clinic
from calendar_sync.sync.insert import insert
from calendar_sync.sync.staff_jobs import follow_all
from voice.worker import jobs


@pytest.fixture(scope="session")
def queue() -> App:
    """The job queue with the calendar's jobs registered; not open, and without a worker."""
    return jobs


@pytest.fixture
def calendar(database: AsyncConnectionPool) -> FaultyCalendar:
    """A local calendar that fails where a test tells it to."""
    return FaultyCalendar(LocalCalendar(database))


@pytest.fixture
def clinic(
    queue: App, database: AsyncConnectionPool, now: SetClock, calendar: FaultyCalendar
) -> Clinic:
    """An empty clinic with that calendar."""
    assert queue.tasks
    return Clinic(database, calendar, RULES, now, "full", CHART_LABELS, None)


@pytest_asyncio.fixture(params=["local", "google", "local, two", "google, two"])
async def either(
    request: pytest.FixtureRequest, clinic: Clinic, tmp_path: Path
) -> AsyncGenerator[Clinic]:
    """A clinic with either calendar and one or two therapists, whose busy times have been read."""
    kind, *two = request.param.split(", ")
    async with AsyncExitStack() as stack:
        if kind == "google":
            google = stack.enter_context(Google())
            calendar = stack.enter_context(calendar_at(google, tmp_path))
            clinic = replace(clinic, calendar=calendar)
            colleague: Calendar = calendar.beside(RIVERA, ())
        else:
            colleague = LocalCalendar(clinic.pool, RIVERA)
        clinic = with_two(clinic, colleague) if two else clinic
        await follow_all(clinic)
        await free_times.refresh_all(clinic)
        yield clinic


@pytest_asyncio.fixture
async def google_visit(clinic: Clinic, tmp_path: Path) -> AsyncGenerator[GoogleVisit]:
    """A visit in Google's calendar; afterwards, checks that Google would accept every request."""
    with Google() as google, calendar_at(google, tmp_path) as calendar:
        at_google = replace(clinic, calendar=calendar)
        await follow_all(at_google)
        booking_id = await confirmed(at_google, span("2026-12-01 09:00"))
        await insert(at_google, booking_id)
        event = (await row(clinic, booking_id)).event_id or ""
        yield GoogleVisit(at_google, google, booking_id, event)
        assert google.broken_rules == []
