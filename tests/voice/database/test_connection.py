"""The database is always migrated and durable, and no caller waits long for it."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from importlib import resources

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import TransactionStatus
from psycopg_pool import AsyncConnectionPool, PoolTimeout
from support.data_key import CIPHER

from voice.database import connection as database_module
from voice.database.connection import JOBS, make_database, migrate, migrated_to, open_pool, prepare
from voice.database.migrations import newest
from voice.errors import DatabaseError

QUEUE = """
SELECT 'function', proname, pg_get_functiondef(p.oid) FROM pg_proc p
JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname = 'public'
  AND proname NOT LIKE 'call\\_back%'  -- ours
UNION ALL
SELECT 'column', table_name || '.' || column_name,
  concat_ws(' ', data_type, udt_name, is_nullable, column_default)
FROM information_schema.columns WHERE table_name LIKE 'procrastinate%'
UNION ALL
SELECT 'index', indexname, indexdef FROM pg_indexes WHERE tablename LIKE 'procrastinate%'
UNION ALL
SELECT 'trigger', tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname LIKE 'procrastinate%'
UNION ALL
SELECT 'rule', conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid::regclass::text LIKE 'procrastinate%' AND contype <> 'n'
UNION ALL
SELECT 'enum', typname, string_agg(enumlabel, ',' ORDER BY enumlabel)
FROM pg_enum JOIN pg_type t ON t.oid = enumtypid GROUP BY typname
ORDER BY 1, 2, 3
"""
"""All that the queue's tables consist of."""


@pytest.fixture
def fresh(server: tuple[str, str]) -> str:
    """The dsn of an empty database that goes with the server at the end."""
    dsn, name = server
    with psycopg.connect(dsn, autocommit=True) as conn:
        own = sql.Identifier(name + "_fresh")
        conn.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(own))
    return make_database(dsn, name + "_fresh")


def test_several_processes_may_make_the_database_at_once(server: tuple[str, str]) -> None:
    """A web process and a worker start together on an empty server: each finds it made."""
    dsn, worker = server
    name = worker + "_together"
    together = threading.Barrier(4)

    def make(_: int) -> str:
        together.wait()
        return make_database(dsn, name)

    try:
        with ThreadPoolExecutor(4) as processes:
            assert len(set(processes.map(make, range(4)))) == 1
    finally:
        with psycopg.connect(dsn, autocommit=True) as conn:
            conn.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))


def test_an_empty_database_is_brought_up_to_date_once(fresh: str) -> None:
    """An empty database gets the newest tables once, and a second run does nothing."""
    assert migrated_to(fresh) is None
    prepare(fresh)
    assert migrated_to(fresh) == newest()
    migrate(fresh)
    assert migrated_to(fresh) == newest()


def test_a_database_of_a_newer_release_is_used(fresh: str) -> None:
    """While releases change, a process of the older one may have to start again."""
    prepare(fresh)
    with psycopg.connect(fresh, autocommit=True) as conn:
        conn.execute("UPDATE alembic_version SET version_num = '9999'")
    prepare(fresh)
    assert migrated_to(fresh) == "9999"


async def test_four_lines_that_start_at_once_take_turns(fresh: str) -> None:
    """When four lines start at once, each finds the tables made and none fails."""
    await asyncio.gather(*(asyncio.to_thread(migrate, fresh) for _ in range(4)))
    assert migrated_to(fresh) == newest()


def test_the_queue_is_as_its_makers_would_install_it(migrated: str, fresh: str) -> None:
    """Our migrations of the queue's tables end in the schema that it ships, with one index."""
    with psycopg.connect(fresh) as conn:
        shipped = resources.files("procrastinate.sql").joinpath("schema.sql").read_text("utf-8")
        conn.cursor().execute(shipped.encode())
        theirs = conn.execute(QUEUE).fetchall()
    with psycopg.connect(migrated) as conn:
        ours = conn.execute(QUEUE).fetchall()
    assert len(ours) > 60
    assert [each for each in ours if each[1] != "job_of_booking"] == theirs
    assert len(ours) == len(theirs) + 1


def test_a_database_that_may_forget_is_refused(fresh: str) -> None:
    """synchronous_commit=off is refused, as a power cut could lose a confirmed booking."""
    name = sql.Identifier(str(conninfo_to_dict(fresh)["dbname"]))
    with psycopg.connect(fresh, autocommit=True) as conn:
        conn.execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(name))
    with pytest.raises(DatabaseError, match=r"Turn synchronous_commit on"):
        prepare(fresh)


async def test_a_database_that_does_not_answer_is_told_in_one_sentence(tmp_path: object) -> None:
    """The error names the cause and the setting, and shows no password."""
    nobody = f"postgresql://u:pw@/x?host={tmp_path}"
    with pytest.raises(DatabaseError, match="Check DATABASE_URL") as refused:
        prepare(nobody)
    assert "pw" not in str(refused.value)


@pytest.mark.parametrize(
    "during", ["empty", "[2026-12-01,)", "(,2026-12-01)", "[2026-12-01,2026-12-02]"]
)
async def test_a_booking_has_a_start_and_an_end(database: AsyncConnectionPool, during: str) -> None:
    """Empty, unbounded and closed ranges are refused: they would evade the overlap constraint."""
    async with database.connection() as conn:
        with pytest.raises(psycopg.errors.CheckViolation):
            await conn.execute(
                "INSERT INTO booking (call_sid, step, during, state, expires_at)"
                " VALUES ('CA1', 'slot', %s, 'held', now())",
                [during],
            )


async def test_two_bookings_never_overlap(database: AsyncConnectionPool) -> None:
    """Adjacent bookings are accepted and overlapping ones refused, whoever writes them."""
    book = (
        "INSERT INTO booking (call_sid, step, during, state, expires_at) VALUES"
        " (%s, 'slot', tstzrange(%s, %s), 'booked', now())"
    )
    async with database.connection() as conn:
        await conn.execute(book, ["CA1", "2026-12-01 09:00Z", "2026-12-01 09:20Z"])
        await conn.execute(book, ["CA2", "2026-12-01 09:20Z", "2026-12-01 09:40Z"])
        with pytest.raises(psycopg.errors.ExclusionViolation):
            await conn.execute(book, ["CA3", "2026-12-01 09:19Z", "2026-12-01 09:21Z"])


async def test_a_callers_statement_is_cut_off(pool: AsyncConnectionPool, migrated: str) -> None:
    """During a call a statement has 1.5 s and a lock 0.5 s; jobs have longer."""
    ask = "SELECT current_setting('statement_timeout'), current_setting('lock_timeout')"
    async with pool.connection() as conn:
        assert await (await conn.execute(ask)).fetchone() == ("1500ms", "500ms")
    async with (
        open_pool(migrated, cipher=CIPHER, options=JOBS, size=1) as own,
        own.connection() as conn,
    ):
        assert await (await conn.execute(ask)).fetchone() == ("30s", "5s")


async def test_times_come_back_in_utc(pool: AsyncConnectionPool) -> None:
    """Times are read in UTC, whatever the server's time zone."""
    async with pool.connection() as conn:
        row = await (await conn.execute("SELECT timestamptz '2026-12-01 09:00-08'")).fetchone()
    assert row is not None
    assert row[0].isoformat() == "2026-12-01T17:00:00+00:00"


async def test_a_connection_takes_at_most_a_second(migrated: str) -> None:
    """A caller for whom no connection is free gets an answer rather than a long wait."""
    async with open_pool(migrated, cipher=CIPHER, size=1) as own, own.connection():
        with pytest.raises(PoolTimeout):
            async with own.connection():
                pass


async def test_a_transaction_that_is_left_open_is_rolled_back(migrated: str) -> None:
    """Whoever gets the connection next starts with none."""
    async with open_pool(migrated, cipher=CIPHER, size=1) as pool:
        async with pool.connection() as conn:
            await conn.execute("BEGIN")
        async with pool.connection() as conn:
            assert conn.info.transaction_status is TransactionStatus.IDLE


async def test_connections_that_the_server_closed_are_replaced(migrated: str) -> None:
    """After a database restart the next caller notices nothing, however many connections died."""
    together = asyncio.Barrier(8)

    async def server_process(pool: AsyncConnectionPool) -> int:
        async with pool.connection() as conn:
            await together.wait()
            [pid] = await (await conn.execute("SELECT pg_backend_pid()")).fetchone() or [0]
            return int(pid)

    async with open_pool(migrated, cipher=CIPHER, size=8) as own:
        old = set(await asyncio.gather(*(server_process(own) for _ in range(8))))
        with psycopg.connect(migrated, autocommit=True) as other:
            for pid in old:
                other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        async with own.connection() as conn:
            [new] = await (await conn.execute("SELECT pg_backend_pid()")).fetchone() or [0]
    assert new not in old


def test_a_migration_that_fails_is_told(fresh: str) -> None:
    """The error gives PostgreSQL's last message and what to check."""
    with psycopg.connect(fresh, autocommit=True) as conn:
        conn.execute("CREATE TABLE booking (id int)")
    with pytest.raises(DatabaseError, match=r"migrations failed: .*booking"):
        prepare(fresh)
    assert database_module.migrated_to(fresh) is None
