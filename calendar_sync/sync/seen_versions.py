"""Versions of events that were followed before; the only writer of table `staff_change`."""

from typing import Literal

from psycopg import AsyncConnection

Outcome = Literal["moved", "cancelled", "restored", "kept"]


async def store(
    conn: AsyncConnection, event_id: str, etag: str, booking_id: int, outcome: Outcome
) -> bool:
    """Remember this version and what it was; False if it is known."""
    cursor = await conn.execute(
        "INSERT INTO staff_change (event_id, etag, booking, outcome) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        [event_id, etag, booking_id, outcome],
    )
    return cursor.rowcount == 1
