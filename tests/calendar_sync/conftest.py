"""What the calendar's tests stand on: a desk, and the queue that its jobs are deferred to."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from procrastinate import App
from psycopg_pool import AsyncConnectionPool
from stand_ins.google.server import Google
from support.clinic import RULES, SetClock
from support.faulty_calendar import FaultyDiary
from support.google_clinic import diary_at

from calendar_sync.bookings import free_times
from calendar_sync.calendars.local import LocalDiary
from calendar_sync.clinic import Desk
from calendar_sync.sync.staff_jobs import follow_all
from voice.worker import jobs


@pytest.fixture(scope="session")
def queue() -> App:
    """The line's queue, which has taken the calendar's jobs in; not open, no worker."""
    return jobs


@pytest.fixture
def desk(queue: App, database: AsyncConnectionPool, now: SetClock) -> Desk:
    """A clinic with the local diary and nothing in it."""
    assert queue.tasks
    return Desk(database, LocalDiary(database), RULES, now, "full", "BodyFix", None)


@pytest.fixture
def diary(desk: Desk) -> FaultyDiary:
    """A diary that fails where a test says."""
    return FaultyDiary(desk.diary)


@pytest.fixture
def clinic(desk: Desk, diary: FaultyDiary) -> Desk:
    """The desk with that diary."""
    return replace(desk, diary=diary)


@pytest_asyncio.fixture(params=["local", "google"])
async def either(
    request: pytest.FixtureRequest, desk: Desk, tmp_path: Path
) -> AsyncGenerator[Desk]:
    """A clinic with either diary, whose busy times are read."""
    async with AsyncExitStack() as stack:
        if request.param == "google":
            google = stack.enter_context(Google())
            diary = stack.enter_context(diary_at(google, tmp_path))
            desk = replace(desk, diary=diary)
        await follow_all(desk)
        await free_times.refresh(desk)
        yield desk
