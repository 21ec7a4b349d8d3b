"""A line whose old data a test deletes at a time that it chooses, and one with everything."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import datetime
from pathlib import Path

import pytest
import pytest_asyncio
from psycopg_pool import AsyncConnectionPool
from stand_ins.google.server import Google
from stand_ins.twilio.server import Twilio
from support.clinic import SetClock
from support.command_line import Run, run
from support.data_key import DATA_KEY
from support.google_and_twilio import WholeLine, variables

from calendar_sync.bookings import free_times
from calendar_sync.sync.staff_jobs import follow_all
from voice.background import run_in_background
from voice.bootstrap import Line, line_on
from voice.deletion.retention import delete_old_data
from voice.settings import Settings
from voice.worker import work

__all__ = ["run"]

DeleteAt = Callable[[datetime], Awaitable[None]]


@pytest.fixture
def delete_at(line: Line) -> DeleteAt:
    """Delete what is old at this time."""

    async def run(at: datetime) -> None:
        await delete_old_data(line.pool, line.settings, lambda: at)

    return run


@pytest_asyncio.fixture
async def whole(  # noqa: PLR0913, PLR0917  # everything there is
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    google: Google,
    twilio: Twilio,
    database: AsyncConnectionPool,
    migrated: str,
    now: SetClock,
    tmp_path: Path,
) -> AsyncGenerator[WholeLine]:
    """A live line with a worker at Google and Twilio; commands find it by its settings."""
    given = {**variables(google, twilio, tmp_path), "DATABASE_URL": migrated, "DATA_KEY": DATA_KEY}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    line = line_on(Settings.load("live"), database, now)
    await follow_all(line.clinic)
    await free_times.refresh_all(line.clinic)
    async with run_in_background(work(line.clinic)):
        yield WholeLine(line, google, twilio, run, migrated)
