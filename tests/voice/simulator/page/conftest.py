"""A demo that serves its page, a browser, and a visitor."""

import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from datetime import date, timedelta
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage
from psycopg_pool import AsyncConnectionPool
from support.browser import Opens, Visitor, page_of
from support.clinic import SetClock

from calendar_sync.bookings import free_times
from voice.app import create_app
from voice.background import run_in_background
from voice.bootstrap import Line, line_on
from voice.settings import Settings
from voice.simulator.demo_clock import DemoClock, with_demo_defaults
from voice.simulator.page.session import Session
from voice.worker import jobs, work


@pytest.fixture
def clock(now: SetClock) -> DemoClock:
    """The demo's running clock, set to a Monday at 7:50 AM in the clinic."""
    began = time.monotonic()
    return DemoClock(lambda: now.at + timedelta(minutes=-10, seconds=time.monotonic() - began))


@pytest_asyncio.fixture
async def line(database: AsyncConnectionPool, clock: DemoClock) -> AsyncGenerator[Line]:
    """A demo with an empty calendar and a worker."""
    settings = with_demo_defaults(Settings.load("demo"), date(2026, 11, 30))
    line = line_on(settings, database, clock)
    await free_times.refresh(line.clinic)
    async with run_in_background(work(line.clinic)):
        yield line


@pytest_asyncio.fixture
async def url(line: Line) -> AsyncGenerator[str]:
    """The URL of the page."""
    async with page_of(line) as url:
        yield url


@pytest_asyncio.fixture
async def opens(chrome: Browser, url: str) -> AsyncGenerator[Opens]:
    """Opens pages; fails at the end if a script or the console reported an error."""
    troubles: list[str] = []

    def complain(said: ConsoleMessage) -> None:
        if said.type == "error":
            troubles.append(said.text)

    async with AsyncExitStack() as stack:

        async def open_page(
            words: str = "sound=captions&speed=500&waits=1",
            **options: Any,  # noqa: ANN401  # as playwright's
        ) -> Visitor:
            context = await stack.enter_async_context(await chrome.new_context(**options))
            page = await context.new_page()
            page.set_default_timeout(120_000)
            page.on("pageerror", lambda error: troubles.append(str(error)))
            page.on("console", complain)
            return await Visitor(page, url).opens(words)

        yield open_page
    assert troubles == []


@pytest_asyncio.fixture
async def visitor(opens: Opens) -> Visitor:
    """A visitor who has the captions at the highest speed: the browser draws each word."""
    return await opens()


@pytest_asyncio.fixture
async def session(database: AsyncConnectionPool, clock: DemoClock) -> AsyncGenerator[Session]:
    """A demo's page without a browser or a worker; only the test causes changes."""
    assert jobs.tasks
    line = line_on(with_demo_defaults(Settings.load("demo"), date(2026, 11, 30)), database, clock)
    session = Session(line, create_app(line))
    yield session
    session.close()
