"""A live line with limits, and callers who go up to the offered times."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio
from psycopg_pool import AsyncConnectionPool
from stand_ins.twilio.server import ACCOUNT
from support.caller import Caller
from support.clinic import SetClock
from support.text_clinic import BASE, settings_at

from calendar_sync.bookings import free_times
from voice.app import create_app
from voice.background import run_in_background
from voice.bootstrap import Line, line_on
from voice.flows.clinical_wording import BEFORE_BOOKING
from voice.simulator.caller_id import CallerId
from voice.simulator.handset import Staff
from voice.simulator.transport import InProcess
from voice.worker import work

Place = Callable[..., Awaitable[Caller]]


@pytest.fixture
def changes() -> dict[str, object]:
    """Settings that a test changes."""
    return {}


@pytest_asyncio.fixture
async def line(
    database: AsyncConnectionPool, now: SetClock, changes: dict[str, object]
) -> AsyncGenerator[Line]:
    """A live line during opening hours that sends no texts."""
    settings = settings_at("", texts="off", staff_number="+14255550142", **changes)
    line = line_on(settings, database, now)
    await free_times.refresh(line.clinic)
    async with run_in_background(work(line.clinic)):
        yield line


@pytest_asyncio.fixture
async def place(line: Line) -> AsyncGenerator[Place]:
    """Call from this number up to the offered times, or to what is said instead.

    `signed` is the attestation; a withheld caller ("") gives a number and comes to the first offer.
    """
    post = InProcess(create_app(line), BASE, line.settings.tokens[0])
    async with AsyncExitStack() as stack:

        async def go(number: str, signed: str | None = None) -> Caller:
            shown = CallerId(number, signed, account_sid=ACCOUNT)
            caller = Caller(post, shown, Staff.NO_ANSWER)
            await stack.enter_async_context(caller)
            await caller.presses("1")
            for _ in BEFORE_BOOKING:
                await caller.hears("No to all").presses("2")
            await caller.hears_everything()
            if "for somebody else" in " ".join(caller.heard):
                await caller.presses("2")
            await caller.presses("#")
            return caller

        yield go
