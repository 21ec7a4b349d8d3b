"""Fixtures of the patient page: a clinic, a booked visit, and its patient."""

from dataclasses import replace

import pytest
import pytest_asyncio
from psycopg_pool import AsyncConnectionPool
from starlette.types import ASGIApp
from support.clinic import CHART_LABELS, RULES, SetClock, confirmed, span
from support.faulty_calendar import FaultyCalendar
from support.patient_page import Patient, patient_of

from calendar_sync.bookings import free_times
from calendar_sync.calendars.local import LocalCalendar
from calendar_sync.clinic import Clinic
from calendar_sync.sync.insert import insert
from voice.app import create_app
from voice.bootstrap import Line, line_on
from voice.settings import Settings
from voice.worker import jobs


@pytest.fixture
def clinic(database: AsyncConnectionPool, now: SetClock) -> Clinic:
    """An empty clinic with the local calendar."""
    assert jobs.tasks
    return Clinic(database, LocalCalendar(database), RULES, now, "full", CHART_LABELS, None)


@pytest.fixture
def calendar(database: AsyncConnectionPool) -> FaultyCalendar:
    """A calendar that fails where a test tells it to."""
    return FaultyCalendar(LocalCalendar(database))


@pytest_asyncio.fixture
async def line(database: AsyncConnectionPool, now: SetClock, calendar: FaultyCalendar) -> Line:
    """A line without a worker whose busy times are fresh; a test runs its jobs."""
    line = line_on(Settings.load("demo"), database, now)
    line = replace(line, clinic=replace(line.clinic, calendar=calendar))
    await free_times.refresh(line.clinic)
    return line


@pytest.fixture
def app(line: Line) -> ASGIApp:
    """The line's application."""
    return create_app(line)


@pytest_asyncio.fixture
async def visit(line: Line) -> int:
    """A visit in the calendar: Tuesday, December 1st, 9 AM."""
    booked = await confirmed(line.clinic, span("2026-12-01 09:00"))
    await insert(line.clinic, booked)
    await free_times.refresh(line.clinic)
    return booked


@pytest_asyncio.fixture
async def patient(line: Line, app: ASGIApp, visit: int) -> Patient:
    """The patient of the visit."""
    return await patient_of(line, app, visit)
