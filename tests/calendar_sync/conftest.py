"""What the calendar's tests stand on: a desk, and the queue that its jobs are deferred to."""

from dataclasses import replace

import pytest
from clinic import RULES, SetClock
from faulty_diary import FaultyDiary
from procrastinate import App
from psycopg_pool import AsyncConnectionPool

from calendar_sync.desk import Desk
from calendar_sync.local_diary import LocalDiary
from voice.jobs import jobs


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
