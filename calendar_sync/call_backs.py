"""Callers whom staff should call, and why; the call_back table's only writer."""

from dataclasses import dataclass
from datetime import datetime

from psycopg import AsyncConnection
from psycopg.rows import class_row

NOT_IN_CALENDAR = "booking not in calendar"
"""The diary refused a confirmed booking, or its time came before the diary answered."""

NOT_IN_CALENDAR_YET = "booking not in calendar yet"
"""A confirmed booking has waited for the diary for five minutes, and still does."""

MOVED_TOO_SOON = "event was moved before the booking was settled"
"""Staff moved the event before we had read it back; its caller was told that nothing is booked."""

TAKEN_AFTER_HANG_UP = "chosen time was taken, caller had hung up"
"""The time turned out to be busy when nobody was on the line to hear it."""


@dataclass(frozen=True, slots=True)
class CallBack:
    """A request to call somebody back: `number` is E.164, or None when it was withheld."""

    id: int
    call_sid: str
    reason: str
    number: str | None
    language: str
    asked_at: datetime
    done_at: datetime | None


async def ask(
    conn: AsyncConnection, call_sid: str, reason: str, number: str | None, language: str
) -> None:
    """Ask staff to call back; once per call and reason. A repeat adds a number that was missing."""
    async with conn.transaction():
        await conn.execute(
            """
            INSERT INTO call_back (call_sid, reason, number, language) VALUES (%s, %s, %s, %s)
            ON CONFLICT (call_sid, reason)
            DO UPDATE SET number = excluded.number WHERE call_back.number IS NULL
            """,
            [call_sid, reason, number, language],
        )


async def open_requests(conn: AsyncConnection) -> list[CallBack]:
    """Requests that nobody has marked done, the longest waiting first."""
    async with conn.cursor(row_factory=class_row(CallBack)) as cursor:
        await cursor.execute(
            "SELECT id, call_sid, reason, number, language, asked_at, done_at"
            " FROM call_back WHERE done_at IS NULL ORDER BY asked_at, id"
        )
        return await cursor.fetchall()


async def mark_done(conn: AsyncConnection, call_back_id: int) -> bool:
    """Staff have called; False when it was done before or never asked."""
    async with conn.transaction():
        cursor = await conn.execute(
            "UPDATE call_back SET done_at = now() WHERE id = %s AND done_at IS NULL",
            [call_back_id],
        )
        return cursor.rowcount == 1
