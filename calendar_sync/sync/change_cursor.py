"""How far the calendar's changes were read; the only writer of table `calendar_cursor`."""

from datetime import datetime

from psycopg import AsyncConnection

from calendar_sync.bookings.deadlines import OVERDUE_AFTER


async def current(conn: AsyncConnection) -> str | None:
    """The cursor to read on from; None before the first reading."""
    rows = await conn.execute("SELECT cursor FROM calendar_cursor")
    row = await rows.fetchone()
    return None if row is None else str(row[0])


async def store(conn: AsyncConnection, cursor: str) -> None:
    """Everything up to this cursor is followed."""
    await conn.execute(
        "INSERT INTO calendar_cursor (cursor) VALUES (%s)"
        " ON CONFLICT (one) DO UPDATE SET cursor = excluded.cursor, read_at = now()",
        [cursor],
    )


async def overdue_since(conn: AsyncConnection) -> datetime | None:
    """When the changes were last read (UTC), if that is too long ago; else None."""
    rows = await conn.execute(
        "SELECT read_at FROM calendar_cursor WHERE read_at < now() - %s", [OVERDUE_AFTER]
    )
    row = await rows.fetchone()
    return None if row is None else row[0]
