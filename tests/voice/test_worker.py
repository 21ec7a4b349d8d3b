"""The worker learns of a job at once, and no failure ends it."""

import asyncio
import gc
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
import pytest_asyncio
import structlog
import time_machine
from psycopg_pool import AsyncConnectionPool
from structlog.testing import capture_logs
from support.data_key import CIPHER, DATA_KEY
from support.live_settings import LIVE

from calendar_sync.calendars.local import LocalCalendar
from calendar_sync.clinic import Clinic
from calendar_sync.job_queue import HOUSEKEEPING, TEXTS
from voice import bootstrap
from voice.background import run_in_background
from voice.bootstrap import Line, line_on, open_line
from voice.commands.job_list import TASKS
from voice.database.connection import open_pool
from voice.settings import Settings
from voice.texts.texting import Texting
from voice.worker import a_worker_is_up, jobs, work

LISTENERS = (
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
)


@pytest_asyncio.fixture
async def line(database: AsyncConnectionPool) -> Line:
    """A line without a worker."""
    return line_on(Settings.load("demo"), database)


async def listeners(dsn: str, other_than: frozenset[int] = frozenset()) -> frozenset[int]:
    """The server processes that notify the two workers, once both are connected."""
    async with asyncio.timeout(20), await psycopg.AsyncConnection.connect(dsn) as conn:
        await conn.set_autocommit(True)
        while True:
            rows = await (await conn.execute(LISTENERS)).fetchall()
            if len(pids := frozenset(pid for (pid,) in rows) - other_than) == 2:
                return pids
            await asyncio.sleep(0.02)


def test_every_job_that_may_wait_has_words() -> None:
    """`screening-line jobs` never shows a task name from the code, and lists texts one by one."""
    own = [task for name, task in jobs.tasks.items() if name.startswith("calendar:")]
    waiting = {task.name for task in own if task.queue not in {HOUSEKEEPING, TEXTS}}
    assert waiting == {f"calendar:{name}" for name in TASKS}


async def test_jobs_use_no_connection_of_a_callers_turn(
    monkeypatch: pytest.MonkeyPatch, migrated: str
) -> None:
    """The worker's database, texting and calendar all use their own connection pool."""
    given: list[Clinic] = []

    async def noted(clinic: Clinic) -> None:
        await clinic.check_calls()
        given.append(clinic)

    checked: list[AsyncConnectionPool] = []

    async def check_calls(line: Line) -> None:
        checked.append(line.pool)

    monkeypatch.setattr(bootstrap, "work", noted)
    for name, value in {**LIVE, "DATABASE_URL": migrated, "DATA_KEY": DATA_KEY}.items():
        monkeypatch.setenv(name, value)
    async with open_line(Settings.load("live"), check_calls=check_calls) as line:
        await asyncio.sleep(0)
        [clinic] = given
        pools = {
            id(clinic.pool),
            *(id(pool) for pool in checked),
            *(id(pool) for pool in pools_in(clinic)),
        }
        assert len(pools) == 1
        assert not pools & {id(pool) for pool in pools_in(line.clinic)}


async def test_what_a_line_has_loaded_is_not_looked_through_for_garbage(
    monkeypatch: pytest.MonkeyPatch, migrated: str
) -> None:
    """A full collection of all of it would stop every turn for a tenth of a second."""
    for name, value in {**LIVE, "DATABASE_URL": migrated, "DATA_KEY": DATA_KEY}.items():
        monkeypatch.setenv(name, value)
    loaded = ["by now"]
    async with open_line(Settings.load("live"), worker=False), asyncio.timeout(20):
        while any(each is loaded for each in gc.get_objects()):  # noqa: ASYNC110  # nothing tells of it
            await asyncio.sleep(0.01)


def pools_in(clinic: Clinic) -> list[AsyncConnectionPool]:
    """The pools that a clinic's calendar and texting use."""
    assert isinstance(clinic.calendar, LocalCalendar)
    texting = getattr(clinic.notify, "__self__", None)
    assert isinstance(texting, Texting)
    return [vars(clinic.calendar)["_pool"], texting.pool]


async def test_a_worker_listens_for_jobs(line: Line, migrated: str) -> None:
    """A job starts when it is deferred, as polling every few seconds would delay a caller."""
    async with run_in_background(work(line.clinic)):
        await listeners(migrated)
        assert await a_worker_is_up(line.pool)


async def test_a_worker_outlives_its_connections(line: Line, migrated: str) -> None:
    """After a database restart the worker listens again without help."""
    async with run_in_background(work(line.clinic)):
        first = await listeners(migrated)
        async with line.pool.connection() as conn:
            await conn.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        assert await listeners(migrated, other_than=first)


async def test_a_worker_stops_even_when_its_database_is_gone(line: Line, migrated: str) -> None:
    """A worker that cannot sign off because the database is gone still stops."""
    async with (
        open_pool(migrated, cipher=CIPHER, size=4) as own,
        asyncio.timeout(20),
        run_in_background(work(replace(line.clinic, pool=own))),
    ):
        await listeners(migrated)
        await own.close()


LATEST = """
SELECT max((args->>'timestamp')::int), max(id) FROM procrastinate_jobs
WHERE task_name = 'calendar:retry_stalled' AND id > %s
"""


@pytest.mark.usefixtures("periodic_jobs")
async def test_a_clock_set_back_does_not_end_periodic_jobs(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They go on at the new time, instead of waiting for the time of the last one; the log says so.

    The clock of the database's computer is another one here.
    """
    monkeypatch.setattr("voice.worker.log", structlog.get_logger())

    async def deferred(after: int) -> tuple[int, int]:
        """The time of the newest job that is newer than this one, and its number."""
        while True:
            async with line.pool.connection() as conn:
                row = await (await conn.execute(LATEST, [after])).fetchone()
            if row and row[0]:
                return int(row[0]), int(row[1])
            await asyncio.sleep(0.05)

    async with asyncio.timeout(60), run_in_background(work(line.clinic)):
        before, number = await deferred(0)
        hour_ago = datetime.now(UTC) - timedelta(hours=1)
        with capture_logs() as logs, time_machine.travel(hour_ago, tick=True):
            while (at := await deferred(number))[0] > before - 1800:
                number = at[1]
    assert [round(each["seconds"], -1) for each in logs if "set back" in each["event"]] == [
        3600
    ] * 2
