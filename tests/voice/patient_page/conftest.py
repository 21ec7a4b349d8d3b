"""A visit's page stands on the clinic's desk."""

from dataclasses import replace

import pytest
import pytest_asyncio
from psycopg_pool import AsyncConnectionPool
from starlette.types import ASGIApp
from support.clinic import RULES, SetClock, confirmed, span
from support.faulty_calendar import FaultyDiary
from support.patient_page import Patient, patient_of

from calendar_sync.bookings import free_times
from calendar_sync.calendars.local import LocalDiary
from calendar_sync.clinic import Desk
from calendar_sync.sync.insert import insert
from voice.app import create_app
from voice.bootstrap import Line, line_on
from voice.settings import Settings
from voice.worker import jobs


@pytest.fixture
def desk(database: AsyncConnectionPool, now: SetClock) -> Desk:
    """A clinic with the local diary and nothing in it."""
    assert jobs.tasks
    return Desk(database, LocalDiary(database), RULES, now, "full", "BodyFix", None)


@pytest.fixture
def diary(database: AsyncConnectionPool) -> FaultyDiary:
    """A diary that fails where a test says."""
    return FaultyDiary(LocalDiary(database))


@pytest_asyncio.fixture
async def line(database: AsyncConnectionPool, now: SetClock, diary: FaultyDiary) -> Line:
    """A line without a worker, which has just read its busy times; jobs run where a test says."""
    line = line_on(Settings.load("demo"), database, now)
    line = replace(line, desk=replace(line.desk, diary=diary))
    await free_times.refresh(line.desk)
    return line


@pytest.fixture
def app(line: Line) -> ASGIApp:
    """The line's application."""
    return create_app(line)


@pytest_asyncio.fixture
async def visit(line: Line) -> int:
    """A visit in the calendar: Tuesday, December 1st, 9 AM."""
    booked = await confirmed(line.desk, span("2026-12-01 09:00"))
    await insert(line.desk, booked)
    await free_times.refresh(line.desk)
    return booked


@pytest_asyncio.fixture
async def patient(line: Line, app: ASGIApp, visit: int) -> Patient:
    """Whose visit it is."""
    return await patient_of(line, app, visit)
