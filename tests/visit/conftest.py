"""A visit's page stands on the clinic's desk."""

import pytest
from clinic import RULES, SetClock
from psycopg_pool import AsyncConnectionPool

from calendar_sync.desk import Desk
from calendar_sync.local_diary import LocalDiary
from voice.jobs import jobs


@pytest.fixture
def desk(database: AsyncConnectionPool, now: SetClock) -> Desk:
    """A clinic with the local diary and nothing in it."""
    assert jobs.tasks
    return Desk(database, LocalDiary(database), RULES, now, "full", "BodyFix", None)
