"""A running line: the real application, database and worker, and patients who call it."""

import math
from collections.abc import AsyncGenerator, Generator
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
import pytest_asyncio
from psycopg_pool import AsyncConnectionPool
from stand_ins.twilio.server import Twilio
from support.caller import Caller
from support.clinic import SetClock
from support.patients import Calls, RefusingCalendar

from calendar_sync.bookings import free_times
from calendar_sync.sync.staff_jobs import follow_all
from voice.app import create_app
from voice.background import run_in_background
from voice.bootstrap import Line, line_on
from voice.settings import Settings
from voice.simulator.caller_id import CallerId
from voice.simulator.handset import Staff
from voice.simulator.transport import InProcess
from voice.worker import work


@pytest.fixture(autouse=True, scope="session")
def _slow_answers() -> Generator[None]:
    """Let a webhook answer late: a machine that stalls is no database that froze, nor a full line.

    Tests of one of these limits set it again.
    """
    with pytest.MonkeyPatch.context() as patch:
        for module in ("voice.calls.webhooks", "voice.texts.webhooks", "voice.google_webhook"):
            patch.setattr(f"{module}.ANSWER_SECONDS", 60)
        patch.setattr("voice.calls.admission.MAX_LOAD", math.inf)
        yield


@pytest.fixture
def twilio() -> Generator[Twilio]:
    """A stand-in that refuses what Twilio would refuse."""
    with Twilio() as twilio:
        yield twilio
        assert twilio.broken_rules == []


@pytest.fixture
def calendar(database: AsyncConnectionPool) -> RefusingCalendar:
    """The line's calendar."""
    return RefusingCalendar(database)


@pytest_asyncio.fixture
async def line(
    database: AsyncConnectionPool, now: SetClock, calendar: RefusingCalendar
) -> AsyncGenerator[Line]:
    """An open line with an empty calendar, a staff phone and a worker."""
    settings = Settings.load("demo").model_copy(
        update={
            "staff_number": "+14255550142",
            "clinic_phones": frozenset({"+14255550150", "+14255550151"}),
        }
    )
    line = line_on(settings, database, now)
    line = replace(line, clinic=replace(line.clinic, calendar=calendar))
    await free_times.refresh(line.clinic)
    await follow_all(line.clinic)
    async with run_in_background(work(line.clinic)):
        yield line


@pytest_asyncio.fixture
async def calls(line: Line) -> AsyncGenerator[Calls]:
    """Any number of patients, each with a number, and a clinic that answers or not."""
    post = InProcess(create_app(line), line.settings.public_base_url, line.settings.tokens[0])
    async with AsyncExitStack() as stack:

        async def place(
            number: str = "+14255550123",
            staff: Staff = Staff.NO_ANSWER,
            signed: str | None = None,
        ) -> Caller:
            who = CallerId(number, signed)
            return await stack.enter_async_context(Caller(post, who, staff))

        yield place


@pytest_asyncio.fixture
async def caller(calls: Calls) -> Caller:
    """A patient with a caller ID."""
    return await calls()
