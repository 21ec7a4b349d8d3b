"""Shared fixtures: a real PostgreSQL, a settable clock, and no network beyond this computer."""

import gc
import ipaddress
import logging
import os
import shutil
import sys
from collections.abc import AsyncGenerator, Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import gettempdir, mkdtemp
from typing import Any

import pytest
import pytest_asyncio
import structlog
from playwright.async_api import Browser
from psycopg_pool import AsyncConnectionPool
from stand_ins.google.server import Google
from support.browser import CHROMIUM, MISSING, chromium
from support.data_key import CIPHER
from support.longest_first import pytest_collection_modifyitems
from support.own_database import own_database

from voice.database.connection import open_pool, prepare
from voice.database.data_key import require_fitting_key
from voice.database.embedded import Engine
from voice.worker import jobs

__all__ = ["pytest_collection_modifyitems"]


class LeftThisComputer(Exception):  # noqa: N818  # the name states the event
    """A test tried to reach something that is not on this computer; give it a local stand-in."""


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        """Return the set time."""
        return self.at

    def forward(self, **length: float) -> None:
        """Advance the clock, as in `clock.forward(minutes=6)`."""
        self.at += timedelta(**length)


def _stay_here(event: str, args: tuple[Any, ...]) -> None:
    """Refuse every socket and DNS lookup that leaves this computer."""
    if event == "socket.getaddrinfo":
        where = args[0]
    elif event in {"socket.connect", "socket.bind", "socket.sendto"}:
        where = args[1][0] if isinstance(args[1], tuple) else None
    else:
        return
    name = where.decode() if isinstance(where, bytes) else where
    if name is None or name == "localhost" or name.startswith("/"):
        return
    try:
        here = ipaddress.ip_address(name).is_loopback
    except ValueError:
        here = False
    if not here:
        message = f"{event} to {name!r}"
        raise LeftThisComputer(message)


sys.addaudithook(_stay_here)

# Without bytecode, each process that a test starts compiles the line again, and each run all tests.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# structlog by default prints the local variables of a traceback, which takes seconds.
structlog.configure(
    processors=[
        structlog.stdlib.add_log_level,
        structlog.processors.format_exc_info,
        structlog.dev.ConsoleRenderer(colors=False),
    ]
)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Do not look for garbage among thousands of tests, which all stay until the end."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Report skipped browser tests, so that the page is not taken as tested."""
    if CHROMIUM is None:
        terminalreporter.write_line(f"NOT TESTED: the pages in a browser ({MISSING}).", yellow=True)


@pytest.fixture(autouse=True)
def _logging_as_before() -> Generator[None]:
    """Restore logging after a test that configured it."""
    root, configured = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.configure(**configured)


@pytest.fixture(scope="session", autouse=True)
def _no_periodic_jobs() -> None:
    """Keep workers from running eight jobs when they start, in each of hundreds of tests.

    One more than this many seconds late is left out, and they are all late.
    """
    jobs.periodic_defaults["max_delay"] = 0


@pytest.fixture
def periodic_jobs() -> Generator[None]:
    """Let a worker start with the periodic jobs of the minute, as that of a real line does."""
    late = jobs.periodic_defaults.pop("max_delay")
    yield
    jobs.periodic_defaults["max_delay"] = late


@pytest.fixture
def now() -> Clock:
    """The Monday morning before the first of December 2026: 8 AM in the clinic."""
    return Clock(datetime(2026, 11, 30, 16, 0, tzinfo=UTC))


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Generator[tuple[str, str]]:
    """A dsn to create databases with, and the name that this worker may use.

    TEST_DATABASE_URL names a server of your own; else the embedded one runs in a temporary folder
    that all workers share, and the last one to leave stops it.
    """
    name = f"screening_line_test_{worker_id}_{os.getpid()}"
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given, name
        return
    base = tmp_path_factory.getbasetemp()
    run = base if worker_id == "master" else base.parent
    engine = Engine(_short_path(run.parent.name + run.name))
    engine.start()
    yield engine.dsn("postgres"), name
    engine.stop()
    if not engine.is_running():
        shutil.rmtree(engine.data_dir, ignore_errors=True)


def _short_path(name: str) -> Path:
    """A short path outside pytest's own folder, which a second run closes to PostgreSQL.

    It is in memory if there is room, since the disk is the slowest part of the tests.
    """
    memory = Path("/dev/shm")  # noqa: S108  # the folder that we make there has a name of its own
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > 2**30
    return (memory if roomy else Path(gettempdir())) / f"screening-line-{name}"


@pytest.fixture(scope="session")
def migrated(server: tuple[str, str]) -> Generator[str]:
    """The dsn of this worker's empty database with all tables."""
    with own_database(server) as dsn:
        prepare(dsn)
        require_fitting_key(dsn, CIPHER)
        yield dsn


@pytest_asyncio.fixture(scope="session")
async def pool(migrated: str) -> AsyncGenerator[AsyncConnectionPool]:
    """Connections like those of a call, to a database that may hold earlier tests' rows."""
    async with open_pool(migrated, cipher=CIPHER) as pool:
        yield pool


@pytest_asyncio.fixture
async def database(pool: AsyncConnectionPool) -> AsyncConnectionPool:
    """The same connections, with every table empty."""
    async with pool.connection() as conn, conn.transaction():
        # A call's time limits are too short for emptying every table on a busy machine.
        await conn.execute("SET LOCAL statement_timeout = '30s'")
        await conn.execute("SET LOCAL lock_timeout = '10s'")
        await conn.execute(_EMPTY)
    return pool


# TRUNCATE creates a file for each table and index, which takes half a second instead of a few ms.
_EMPTY = """
DO $$ DECLARE each record; BEGIN
  SET LOCAL session_replication_role = replica;  -- no foreign keys, so any order will do
  FOR each IN SELECT tablename FROM pg_tables
              WHERE schemaname = 'public' AND tablename NOT IN ('alembic_version', 'data_key')
  LOOP EXECUTE format('DELETE FROM %I', each.tablename); END LOOP;
  PERFORM setval(format('%I', sequencename)::regclass, 1, false) FROM pg_sequences
          WHERE schemaname = 'public';
END $$
"""


@pytest.fixture(scope="session")
def data_dirs(tmp_path_factory: pytest.TempPathFactory) -> Generator[Path]:
    """The parent of this worker's data folders."""
    base = tmp_path_factory.getbasetemp()
    folder = _short_path(f"{base.parent.name}{base.name}-data")
    folder.mkdir()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def data_dir(data_dirs: Path) -> Path:
    """A data folder path that does not exist yet."""
    folder = Path(mkdtemp(dir=data_dirs))
    folder.chmod(0o711)  # PostgreSQL's user passes it when the tests run as root
    return folder / "data"


@pytest.fixture
def google(now: Clock) -> Generator[Google]:
    """A Google stand-in; the test fails if it had to refuse an invalid request."""
    with Google() as google:
        google.channels.now = now
        yield google
        assert google.broken_rules == []


@pytest_asyncio.fixture(scope="session")
async def chrome() -> AsyncGenerator[Browser]:
    """One browser for all tests."""
    if CHROMIUM is None:
        pytest.skip(MISSING)
    async with chromium() as browser:
        yield browser
