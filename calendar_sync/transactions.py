"""Transactions that join the one under way."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from psycopg import AsyncConnection
from psycopg.pq import TransactionStatus


@asynccontextmanager
async def in_transaction(conn: AsyncConnection) -> AsyncGenerator[None]:
    """All or nothing: in the transaction under way, or else in one of its own.

    Inside another one, `conn.transaction()` sets a savepoint, which takes two more round trips.
    Only code that goes on in the outer transaction after a database error needs one.
    """
    if conn.info.transaction_status is not TransactionStatus.IDLE:
        yield
        return
    async with conn.transaction():
        yield
