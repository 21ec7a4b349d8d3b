"""Deletes rows of table `text_reply`, which `inbound` writes."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from psycopg import AsyncConnection


async def delete_old(conn: AsyncConnection, now: datetime) -> None:
    """Delete replies after two days; until then a repeated message is recognized.

    The SID of a START is kept longer, without its number: repeated after a later STOP, the same
    message must not allow texts again.
    """
    old = now - timedelta(days=2)
    await conn.execute(
        "UPDATE text_reply SET number = '' WHERE answer = 'start' AND number <> '' AND at < %s",
        [old],
    )
    await conn.execute("DELETE FROM text_reply WHERE at < %s AND answer <> 'start'", [old])


async def delete_numbers(conn: AsyncConnection, numbers: Sequence[str]) -> int:
    """Delete the replies of these numbers, or their number where the SID is kept; how many."""
    which = "number = ANY (%s) AND answer"
    started = await conn.execute(
        f"UPDATE text_reply SET number = '' WHERE {which} = 'start'",  # noqa: S608  # a constant
        [list(numbers)],
    )
    deleted = await conn.execute(
        f"DELETE FROM text_reply WHERE {which} <> 'start'",  # noqa: S608  # a constant
        [list(numbers)],
    )
    return started.rowcount + deleted.rowcount


async def delete_old_starts(conn: AsyncConnection, before: datetime, limit: int) -> int:
    """Delete the SIDs of STARTs from before then, when STOPs are deleted too; how many."""
    deleted = await conn.execute(
        "DELETE FROM text_reply WHERE message_sid IN"
        " (SELECT message_sid FROM text_reply WHERE at < %s LIMIT %s)",
        [before, limit],
    )
    return deleted.rowcount
