"""The worker: it hears of a job at once, and a trouble does not end it."""

import asyncio

import psycopg
import pytest_asyncio
from psycopg_pool import AsyncConnectionPool

from calendar_sync.job_queue import HOUSEKEEPING
from voice.background import run_in_background
from voice.bootstrap import Line, line_on
from voice.commands.job_list import TASKS
from voice.database.connection import open_pool
from voice.settings import Settings
from voice.worker import a_worker_is_up, jobs, work

LISTENERS = (
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
)


@pytest_asyncio.fixture
async def line(database: AsyncConnectionPool) -> Line:
    """A line without a worker."""
    return line_on(Settings.load("demo"), database)


async def listener(dsn: str, other_than: int = 0) -> int:
    """The server process that tells a worker of new jobs, as soon as there is one."""
    async with asyncio.timeout(20), await psycopg.AsyncConnection.connect(dsn) as conn:
        await conn.set_autocommit(True)
        while True:
            rows = await (await conn.execute(LISTENERS)).fetchall()
            if pids := [pid for (pid,) in rows if pid != other_than]:
                return int(pids[0])
            await asyncio.sleep(0.02)


def test_every_job_that_may_wait_has_words() -> None:
    """`screening-line jobs` names none by its name in the code."""
    own = [task for name, task in jobs.tasks.items() if name.startswith("calendar:")]
    waiting = {task.name for task in own if task.queue != HOUSEKEEPING}
    assert waiting == {f"calendar:{name}" for name in TASKS}


async def test_a_worker_listens_for_jobs(line: Line, migrated: str) -> None:
    """A job starts when it is deferred; asking every few seconds would keep a caller waiting."""
    async with run_in_background(work(line.clinic, line.pool)):
        await listener(migrated)
        assert await a_worker_is_up(line.pool)


async def test_a_worker_outlives_its_connections(line: Line, migrated: str) -> None:
    """After a restart of the database it listens again by itself."""
    async with run_in_background(work(line.clinic, line.pool)):
        first = await listener(migrated)
        async with line.pool.connection() as conn:
            await conn.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        assert await listener(migrated, other_than=first) != first


async def test_a_worker_stops_even_when_its_database_is_gone(line: Line, migrated: str) -> None:
    """It cannot sign off then; that trouble must not make it begin again."""
    async with (
        open_pool(migrated, size=4) as own,
        asyncio.timeout(20),
        run_in_background(work(line.clinic, own)),
    ):
        await listener(migrated)
        await own.close()
