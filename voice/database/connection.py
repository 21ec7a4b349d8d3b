"""The one database: where it is, that it keeps what it acknowledged, its tables and connections."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import psycopg
import structlog
from psycopg import AsyncConnection, sql
from psycopg.conninfo import make_conninfo
from psycopg_pool import AsyncConnectionPool

from voice.background import run_in_background
from voice.database.embedded import Engine
from voice.database.migrations import newest
from voice.errors import DatabaseError
from voice.settings import Settings

log = structlog.get_logger(__name__)

DURABILITY = ("fsync", "synchronous_commit", "full_page_writes")
"""With one of these off, a booking that was spoken as booked can be lost in a power cut."""

CALL_PATH = "-c timezone=UTC -c statement_timeout=1500 -c lock_timeout=500"
"""Milliseconds: a caller waits for whatever the statement waits for."""
JOBS = "-c timezone=UTC -c statement_timeout=30000 -c lock_timeout=5000"


@asynccontextmanager
async def open_database(settings: Settings, *, alone: bool) -> AsyncGenerator[str]:
    """The dsn of the database that the settings mean, ready for use, while the context lasts.

    The embedded engine is started, kept running and at the end stopped; `alone` lets no second
    line onto its folder. A demo keeps its own database, also on a server of yours. Raises
    DatabaseError.
    """
    given = settings.database_url.get_secret_value()
    if given:
        dsn = make_database(given, settings.database_name) if settings.is_demo else given
        prepare(dsn)
        yield dsn
        return
    engine = Engine(settings.data_dir)
    try:
        if alone:
            engine.claim()
        # Nothing else runs yet, so blocking here is harmless, and no Ctrl-C can get between.
        engine.start()
        dsn = make_database(engine.dsn("postgres"), settings.database_name)
        prepare(dsn)
        async with run_in_background(_keep_running(engine)):
            yield dsn
    finally:
        engine.stop()


async def _keep_running(engine: Engine) -> None:
    """Start the engine again when it died: out of memory, out of disk, killed."""
    while True:
        await asyncio.sleep(1)
        if not engine.is_running():
            log.error("the embedded PostgreSQL died: starting it again")
            try:
                await asyncio.to_thread(engine.start)
            except DatabaseError as trouble:
                log.error("the embedded PostgreSQL does not start again", why=str(trouble))  # noqa: TRY400  # the text says it all


@asynccontextmanager
async def open_pool(
    dsn: str, *, options: str = CALL_PATH, size: int = 16
) -> AsyncGenerator[AsyncConnectionPool]:
    """Connections for as long as the context lasts; getting one takes at most a second.

    A connection is tried before it is handed out, so those that the server closed are replaced. A
    statement alone is its own transaction; whoever needs two together opens one. Raises
    DatabaseError when the database does not answer at the start.
    """

    async def check(conn: AsyncConnection) -> None:
        """Try it. If it is dead the others are too, and the pool would wait between two of them."""
        try:
            await AsyncConnectionPool.check_connection(conn)
        except psycopg.OperationalError:
            await pool.check()
            raise

    pool: AsyncConnectionPool = AsyncConnectionPool(
        dsn,
        kwargs={"connect_timeout": 2, "options": options},
        min_size=min(4, size),
        max_size=size,
        timeout=1.0,
        check=check,
        configure=_one_by_one,
        open=False,
    )
    try:
        try:
            await pool.open(wait=True, timeout=10)
        except psycopg.OperationalError as trouble:
            raise _no_answer(trouble) from trouble
        yield pool
    finally:
        await pool.close()


async def _one_by_one(conn: AsyncConnection) -> None:
    """Set here and not in the pool's kwargs: the queue adds autocommit of its own to those."""
    await conn.set_autocommit(True)


def make_database(dsn: str, name: str) -> str:
    """Create a database on the server of `dsn` unless it is there; the dsn of it."""
    if not exists(dsn, name):
        with psycopg.connect(dsn, connect_timeout=5, autocommit=True) as conn:
            conn.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return make_conninfo(dsn, dbname=name)


def exists(dsn: str, name: str) -> bool:
    """Whether the server of `dsn` has a database of that name. Raises DatabaseError."""
    try:
        with psycopg.connect(dsn, connect_timeout=5) as conn:
            known = conn.execute("SELECT FROM pg_database WHERE datname = %s", [name])
            return known.fetchone() is not None
    except psycopg.OperationalError as trouble:
        raise _no_answer(trouble) from trouble


def prepare(dsn: str) -> None:
    """Refuse a database that may lose what it acknowledged, and bring its tables up to date.

    Blocks. Raises DatabaseError.
    """
    off = settings_off(dsn)
    if off:
        message = (
            f"The database runs with {', '.join(off)} off, so a power cut can lose bookings that "
            "callers were told of. Turn on in its configuration: " + ", ".join(off) + "."
        )
        raise DatabaseError(message)
    if migrated_to(dsn) != newest():
        migrate(dsn)


def settings_off(dsn: str) -> list[str]:
    """Which of the durability settings are off. Raises DatabaseError when nobody answers."""
    try:
        with psycopg.connect(dsn, connect_timeout=5) as conn:
            rows = conn.execute(
                "SELECT name FROM pg_settings WHERE name = ANY(%s) AND setting = 'off'",
                [list(DURABILITY)],
            )
            return sorted(name for (name,) in rows)
    except psycopg.OperationalError as trouble:
        raise _no_answer(trouble) from trouble


def migrated_to(dsn: str) -> str | None:
    """The number of the last migration that this database has seen; None when it is empty."""
    with psycopg.connect(dsn, connect_timeout=5) as conn:
        known = conn.execute("SELECT to_regclass('alembic_version') IS NOT NULL").fetchone()
        if known != (True,):
            return None
        row = conn.execute("SELECT version_num FROM alembic_version").fetchone()
        return None if row is None else str(row[0])


def migrate(dsn: str) -> None:
    """Run the missing migrations in a process of their own. Raises DatabaseError."""
    done = subprocess.run(
        [sys.executable, "-m", "voice.database.migrations"],
        input=dsn,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
        message = (
            f"The tables could not be brought up to date: {last[0]}. Look at the database's "
            "version (14 or newer) and at the rights of its user, then start again."
        )
        raise DatabaseError(message)


def _no_answer(trouble: psycopg.OperationalError) -> DatabaseError:
    first = str(trouble).strip().splitlines()[:1] or ["no reason given"]
    return DatabaseError(
        f"The database does not answer: {first[0]}. Check DATABASE_URL and that the server runs."
    )
