"""Versions of events that were followed before; the only writer of table `staff_change`."""

from datetime import datetime
from typing import Literal

from psycopg import AsyncConnection

from calendar_sync import job_queue

Outcome = Literal["moved", "cancelled", "restored", "kept"]


async def store(  # noqa: PLR0913, PLR0917  # what a row is made of
    conn: AsyncConnection,
    event_id: str,
    etag: str,
    booking_id: int,
    outcome: Outcome,
    read_at: datetime | None = None,
) -> Literal["new", "known", "maybe older"]:
    """Remember this version and what it was.

    "maybe older": another version was followed since `read_at`, the database's time before this
    one was read. Nothing is stored then; another look at the event is queued.
    """
    rows = await conn.execute(
        "SELECT FROM staff_change WHERE event_id = %s AND etag <> %s AND seen_at > %s LIMIT 1",
        [event_id, etag, read_at],
    )
    if await rows.fetchone() is not None:
        await job_queue.look_at_event(conn, booking_id)
        return "maybe older"
    cursor = await conn.execute(
        "INSERT INTO staff_change (event_id, etag, booking, outcome) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        [event_id, etag, booking_id, outcome],
    )
    return "new" if cursor.rowcount == 1 else "known"


async def database_time(conn: AsyncConnection) -> datetime | None:
    """The database's time, for `store`; ask before the calendar is read."""
    row = await (await conn.execute("SELECT now()")).fetchone()
    return row[0] if row else None
