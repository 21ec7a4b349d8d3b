"""A newer release changes a table while this one runs: its prepared statements no longer fit.

PostgreSQL refuses such a statement on that connection for good ("cached plan must not change result
type"), so its connection has to go.
"""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from psycopg import AsyncConnection
from psycopg.errors import FeatureNotSupported
from psycopg_pool import AsyncConnectionPool
from support.caller import Caller
from support.data_key import CIPHER
from support.keypad import answers_safety, answers_triage

from calendar_sync.bookings.booking import booking, bookings_of_call
from voice.bootstrap import Line
from voice.database.connection import open_pool

SIZE = 3


@asynccontextmanager
async def every_connection(pool: AsyncConnectionPool) -> AsyncGenerator[list[AsyncConnection]]:
    """All connections of a pool."""
    async with AsyncExitStack() as stack:
        one = pool.connection
        yield [await stack.enter_async_context(one()) for _ in range(pool.max_size)]


async def test_one_refused_statement_renews_all_connections(migrated: str) -> None:
    """Whoever comes next is served, on whichever connection."""
    async with open_pool(migrated, cipher=CIPHER, size=SIZE) as pool:
        async with pool.connection() as conn:
            await conn.execute("CREATE TABLE changing (one int)")
        try:
            async with every_connection(pool) as connections:
                for conn in connections:
                    await conn.execute("SELECT * FROM changing", prepare=True)
                await connections[0].execute("ALTER TABLE changing ADD two int")
            with pytest.raises(FeatureNotSupported):
                async with pool.connection() as conn:
                    await conn.execute("SELECT * FROM changing", prepare=True)
            async with every_connection(pool) as connections:
                for conn in connections:
                    await conn.execute("SELECT * FROM changing", prepare=True)
        finally:
            async with pool.connection() as conn:
                await conn.execute("DROP TABLE changing")


async def test_a_caller_does_not_notice(caller: Caller, line: Line) -> None:
    """The turn is tried again on another connection."""
    await caller.presses("1")
    await answers_safety(caller)
    await answers_triage(caller)
    await caller.presses("1").presses("1").hears("You are booked").stays_silent()
    async with every_connection(line.pool) as connections:
        [visit] = await bookings_of_call(connections[0], caller.who.call_sid)
        for conn in connections:
            for _ in range((conn.prepare_threshold or 0) + 1):
                async with conn.transaction():
                    await booking(conn, visit.id, lock=True)
        await connections[0].execute("ALTER TABLE booking ADD newer int")
    try:
        await caller.presses("2").hears("text you about this visit")
    finally:
        async with line.pool.connection() as conn:
            await conn.execute("ALTER TABLE booking DROP newer")
        await line.pool.drain()
