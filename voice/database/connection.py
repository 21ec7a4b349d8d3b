"""The database: finding or starting it, its durability, its migrations, its connection pools."""

import asyncio
import re
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import psycopg
import structlog
from psycopg import AsyncConnection, sql
from psycopg.conninfo import make_conninfo
from psycopg.errors import DuplicateDatabase, UniqueViolation
from psycopg_pool import AsyncConnectionPool

from voice.background import run_in_background
from voice.database.bounded_pool import BoundedPool, replace_closed
from voice.database.data_key import field_cipher, require_fitting_key
from voice.database.dump import require_whole
from voice.database.embedded import Engine
from voice.database.field_encryption import FieldCipher
from voice.database.migrations import newest
from voice.errors import DatabaseAwayError, DatabaseError
from voice.settings import Settings

log = structlog.get_logger(__name__)

DURABILITY = ("fsync", "synchronous_commit", "full_page_writes")
"""With one of these off, a power cut can lose a booking that the caller was told of."""

CALL_PATH = "-c timezone=UTC -c statement_timeout=1500 -c lock_timeout=500"
"""Timeouts of a caller's turn, in milliseconds."""
JOBS = "-c timezone=UTC -c statement_timeout=30000 -c lock_timeout=5000"

_PASSES = re.compile(
    r"starting up|shutting down|recovery|terminating|too many|connection slots|try again"
    r"|cannot connect|timeout"
)
"""What a server, or a pooler before it, refuses for a while; it refuses everything else for good,
such as a password. libpq tells no SQLSTATE of a connection that was refused."""


@asynccontextmanager
async def open_database(
    settings: Settings, *, alone: bool, any_key: bool = False
) -> AsyncGenerator[str]:
    """The dsn of the database in the settings, migrated and ready, while the context lasts.

    The embedded engine is started, restarted when it dies, and stopped at the end; `alone` keeps
    a second line off its folder. A demo has its own database, also on a server of yours. `any_key`
    also opens one that the data key does not fit, for those who never read it. Raises DataKeyError
    and DatabaseError; it is a DatabaseAwayError when trying again may help.
    """
    cipher = None if any_key else field_cipher(settings)

    def make_ready(dsn: str) -> None:
        prepare(dsn)
        if any_key:
            return
        try:
            require_whole(dsn)
            require_fitting_key(dsn, cipher)
        except psycopg.OperationalError as error:
            raise no_answer(error) from error

    given = settings.database_url.get_secret_value()
    if given:
        dsn = make_database(given, settings.database_name) if settings.is_demo else given
        await asyncio.to_thread(make_ready, dsn)
        yield dsn
        return
    engine = Engine(settings.data_dir, opens_parents=settings.is_demo)
    try:
        if alone:
            engine.claim()
        # Ctrl-C interrupts none of this: `stop` waits for a start that is under way.
        await asyncio.to_thread(engine.start)
        dsn = make_database(engine.dsn("postgres"), settings.database_name)
        await asyncio.to_thread(make_ready, dsn)
        async with run_in_background(_keep_running(engine)):
            yield dsn
    finally:
        engine.stop()


async def _keep_running(engine: Engine) -> None:
    """Restart the engine when it has died: out of memory, out of disk space, killed."""
    while True:
        await asyncio.sleep(1)
        if not engine.is_running():
            log.error("the embedded PostgreSQL died; restarting it")
            try:
                await asyncio.to_thread(engine.start)
            except DatabaseError as error:
                log.error("the embedded PostgreSQL does not restart", why=str(error))  # noqa: TRY400  # the message is enough


@asynccontextmanager
async def open_pool(
    dsn: str, *, cipher: FieldCipher | None, options: str = CALL_PATH, size: int = 16
) -> AsyncGenerator[AsyncConnectionPool]:
    """A `new_pool`, open while the context lasts.

    Raises DatabaseError when the database does not answer at the start.
    """
    pool = new_pool(dsn, cipher=cipher, options=options, size=size)
    try:
        try:
            await pool.open(wait=True, timeout=10)
        except psycopg.OperationalError as error:
            raise no_answer(error) from error
        yield pool
    finally:
        await pool.close()


def new_pool(
    dsn: str = "", *, cipher: FieldCipher | None, options: str = CALL_PATH, size: int = 16
) -> BoundedPool:
    """A pool that is not open yet; until it is, asking for a connection raises PoolClosed at once.

    Its connections encrypt what is about a person with `cipher`; without one they store it as it
    is.

    Getting one takes at most four seconds. A connection that the server closed is replaced before
    it is handed out. Connections are in autocommit mode. Its `conninfo` may be set until it opens.
    """

    async def configure(conn: AsyncConnection) -> None:
        """Set autocommit here, not in the pool's kwargs, where procrastinate sets it too."""
        await conn.set_autocommit(True)
        if cipher is not None:
            cipher.adapt(conn)

    async def check(conn: AsyncConnection) -> None:
        await replace_closed(pool, conn)

    pool = BoundedPool(
        dsn,
        kwargs={"connect_timeout": 2, "options": options},
        min_size=min(4, size),
        max_size=size,
        timeout=1.0,
        check=check,
        configure=configure,
        open=False,
    )
    return pool


def make_database(dsn: str, name: str) -> str:
    """Create a database on the server of `dsn` unless it exists, also several at once; its dsn."""
    if not exists(dsn, name):
        with (
            psycopg.connect(dsn, connect_timeout=5, autocommit=True) as conn,
            suppress(DuplicateDatabase, UniqueViolation),  # another process made it just now
        ):
            conn.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return make_conninfo(dsn, dbname=name)


def exists(dsn: str, name: str) -> bool:
    """Whether the server of `dsn` has a database of that name. Raises DatabaseError."""
    try:
        with psycopg.connect(dsn, connect_timeout=5) as conn:
            known = conn.execute("SELECT FROM pg_database WHERE datname = %s", [name])
            return known.fetchone() is not None
    except psycopg.OperationalError as error:
        raise no_answer(error) from error


def prepare(dsn: str) -> None:
    """Refuse a database that may lose committed data, then run missing migrations.

    Blocks. Raises DatabaseError.
    """
    off = settings_off(dsn)
    if off:
        message = (
            f"The database runs with {', '.join(off)} off, so a power cut can lose bookings that "
            f"callers were told of. Turn {', '.join(off)} on in the database's configuration."
        )
        raise DatabaseError(message)
    version = migrated_to(dsn)
    if version is not None and version > newest():
        # Migrations only add, so that the release before works on: it may have to start again.
        log.warning("the database was migrated by a newer release", version=version)
    elif version != newest():
        migrate(dsn)


def settings_off(dsn: str) -> list[str]:
    """The durability settings that are off. Raises DatabaseError if the database is down."""
    try:
        with psycopg.connect(dsn, connect_timeout=5) as conn:
            rows = conn.execute(
                "SELECT name FROM pg_settings WHERE name = ANY(%s) AND setting = 'off'",
                [list(DURABILITY)],
            )
            return sorted(name for (name,) in rows)
    except psycopg.OperationalError as error:
        raise no_answer(error) from error


def migrated_to(dsn: str) -> str | None:
    """The number of the last migration that was run; None if the database is empty.

    Raises DatabaseError if the database is down.
    """
    try:
        with psycopg.connect(dsn, connect_timeout=5) as conn:
            known = conn.execute("SELECT to_regclass('alembic_version') IS NOT NULL").fetchone()
            if known != (True,):
                return None
            row = conn.execute("SELECT version_num FROM alembic_version").fetchone()
            return None if row is None else str(row[0])
    except psycopg.OperationalError as error:
        raise no_answer(error) from error


def migrate(dsn: str) -> None:
    """Run the missing migrations in a separate process. Raises DatabaseError."""
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
            f"The migrations failed: {last[0]}. Check the database's version (14 or newer) and the "
            "privileges of its user, then start again."
        )
        raise DatabaseError(message)


def no_answer(error: psycopg.OperationalError) -> DatabaseError:
    """What to tell when the database does not answer, or refuses us.

    libpq's message holds no password.
    """
    first = str(error).strip().splitlines()[:1] or ["no reason given"]
    is_refusal = "FATAL" in str(error) and not _PASSES.search(str(error))
    return (DatabaseError if is_refusal else DatabaseAwayError)(
        f"The database does not answer: {first[0]}. Check DATABASE_URL and that the server runs."
    )
