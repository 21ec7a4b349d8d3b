"""A connection pool that at most as many callers enter at once as it has connections.

The others wait here, in their order, for a limited time. psycopg_pool has a queue of its own, but
a wait there that is cancelled or times out just as its connection comes has lost connections
(psycopg issues 509, 1275, 1345 and 1401); nobody stands in it long enough for that.
"""

import asyncio
import select
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool, PoolTimeout

WAIT_SECONDS = 3.0
"""How long to wait for one's turn; getting the connection then takes at most a second."""


class BoundedPool(AsyncConnectionPool[AsyncConnection[TupleRow]]):
    """The pool; `requests_waiting` of `get_stats` counts those who wait before it too."""

    wait_seconds = WAIT_SECONDS
    _outside = 0
    _places: asyncio.Semaphore | None = None

    @asynccontextmanager
    async def connection(
        self,
        timeout: float | None = None,  # noqa: ASYNC109  # as psycopg_pool has it
    ) -> AsyncGenerator[AsyncConnection[TupleRow]]:
        """A connection, once fewer than `max_size` others use one. Raises PoolTimeout."""
        if self._places is None:
            self._places = asyncio.Semaphore(self.max_size)
        self._outside += 1
        try:
            # Only who has to wait needs a timer: one for each turn is dear.
            limit = self.wait_seconds if self._places.locked() else None
            async with asyncio.timeout(limit):
                await self._places.acquire()
        except TimeoutError:
            message = f"no connection was free within {self.wait_seconds} seconds"
            raise PoolTimeout(message) from None
        finally:
            self._outside -= 1
        try:
            # Not by `super().connection`, which also commits: in autocommit mode that does nothing,
            # at the price of a pass through the event loop. What an error leaves open is rolled
            # back by `putconn`.
            conn = await self.getconn(timeout)
            try:
                yield conn
            finally:
                await self.putconn(conn)
        except psycopg.errors.FeatureNotSupported:
            # A newer release has changed a table under statements that this process has prepared.
            await self.drain()
            raise
        finally:
            self._places.release()

    def get_stats(self) -> dict[str, int]:
        """As of psycopg_pool."""
        stats = super().get_stats()
        stats["requests_waiting"] = stats.get("requests_waiting", 0) + self._outside
        return stats


async def replace_closed(pool: AsyncConnectionPool, conn: AsyncConnection[TupleRow]) -> None:
    """Test a connection before it is handed out. Raises OperationalError if it is dead.

    A server that closes a connection sends something, and only then is it asked: a round trip for
    every turn would cost as much as the turn's own statement. If it is dead, all dead ones are
    replaced now: the pool would pause between two.
    """
    waiting = select.poll()
    waiting.register(conn.fileno(), select.POLLIN)
    if not waiting.poll(0):
        return
    try:
        await AsyncConnectionPool.check_connection(conn)
    except psycopg.OperationalError:
        await pool.check()
        raise
