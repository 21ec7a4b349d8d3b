"""Texts stand on a clinic that texts through the stand-in of Twilio."""

from collections.abc import AsyncGenerator, Generator

import pytest
import pytest_asyncio
from clinic import SetClock
from psycopg_pool import AsyncConnectionPool
from text_clinic import TextClinic, text_clinic
from twilio_stand_in.server import Twilio

from voice.jobs import jobs


@pytest.fixture
def twilio() -> Generator[Twilio]:
    """A Twilio that refuses what Twilio would."""
    with Twilio() as twilio:
        yield twilio
        assert twilio.broken_rules == []


@pytest_asyncio.fixture
async def clinic(
    database: AsyncConnectionPool, now: SetClock, twilio: Twilio
) -> AsyncGenerator[TextClinic]:
    """A clinic whose patients can be texted."""
    assert jobs.tasks
    async with text_clinic(database, now, twilio) as clinic:
        yield clinic
