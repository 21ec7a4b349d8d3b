"""The demo's sender: stores texts in the demo's database, where its page reads them."""

import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg import AsyncConnection
from psycopg.rows import class_row
from psycopg_pool import AsyncConnectionPool

from calendar_sync.private_fields import Lookup, Private
from voice.texts.sender import Absent, Accepted


@dataclass(frozen=True, slots=True)
class DemoText:
    """A text as the demo's page shows it; `at` is UTC by the demo's clock."""

    id: int
    body: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DemoSender:
    """Delivers at once, only to the demo's page. Never used by a live line."""

    pool: AsyncConnectionPool
    now: Callable[[], datetime]

    async def send(self, to: str, body: str, text_id: int) -> Accepted:
        """Store it."""
        async with self.pool.connection() as conn:
            await keep(conn, to, body, self.now())
        return Accepted(f"SM{text_id:016x}{secrets.token_hex(8)}", arrived=True)

    async def look(self, to: str, digests: Collection[str], known: Collection[str]) -> Absent:
        """Find nothing: a demo that was killed sends again."""
        del to, digests, known
        return Absent()

    async def status(self, sid: str) -> Absent:
        """Not asked: the demo delivers at once."""
        del sid
        return Absent()

    def close(self) -> None:
        """Nothing to close."""


async def keep(conn: AsyncConnection, to: str, body: str, at: datetime) -> None:
    """Store a text for the demo's page, such as the answer to a reply."""
    await conn.execute(
        "INSERT INTO demo_text (number, body, at) VALUES (%s, %s, %s)",
        [Lookup(to), Private(body, to), at],
    )


async def texts_to(conn: AsyncConnection, number: str, after: int = 0) -> list[DemoText]:
    """What the demo texted to a number (E.164), oldest first; only ids above `after`."""
    async with conn.cursor(row_factory=class_row(DemoText)) as cursor:
        await cursor.execute(
            "SELECT id, body, at FROM demo_text WHERE number = %s AND id > %s ORDER BY id",
            [Lookup(number), after],
        )
        return await cursor.fetchall()


async def delete_old(conn: AsyncConnection, before: datetime, limit: int) -> int:
    """Delete texts from before then, at most `limit`; how many."""
    deleted = await conn.execute(
        "DELETE FROM demo_text WHERE id IN"
        " (SELECT id FROM demo_text WHERE at < %s ORDER BY id LIMIT %s)",
        [before, limit],
    )
    return deleted.rowcount


async def delete_all_to(conn: AsyncConnection, numbers: Sequence[str]) -> int:
    """Delete every text to these numbers; how many."""
    deleted = await conn.execute("DELETE FROM demo_text WHERE number = ANY (%s)", [list(numbers)])
    return deleted.rowcount
