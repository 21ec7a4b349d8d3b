"""Callers whom staff should call, and why; the call_back table's only writer."""

from dataclasses import dataclass
from datetime import datetime

from psycopg import AsyncConnection
from psycopg.rows import class_row

NOT_IN_CALENDAR = "booking not in calendar"
"""The diary refused a confirmed booking, or its time came before the diary answered."""

NOT_IN_CALENDAR_YET = "booking not in calendar yet"
"""A confirmed booking has waited for the diary for five minutes, and still does."""

DELETED_TOO_SOON = "event was deleted before the booking was settled"
"""Staff deleted it before we had read it back; its caller was told that nothing is booked."""

TAKEN_AFTER_ALL = "confirmed time was taken, call ended without another"
"""The time turned out to be busy, and the caller, who may not have heard so, has no other."""

NOT_MOVED = "patient asked for another time and did not get it"
"""The time could not be had, which became clear when the patient had left the page."""

NOT_MOVED_YET = "patient's move is not in the calendar yet"
"""A visit that its patient moved has waited for the diary for five minutes, and still does."""


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
    shown_at: datetime | None = None
    """When it was put into the calendar."""


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


async def ask_anew(
    conn: AsyncConnection, call_sid: str, reason: str, number: str | None, language: str
) -> int:
    """Ask staff to call back, also when the same was asked and done before; the request's id."""
    async with conn.transaction():
        cursor = await conn.execute(
            """
            INSERT INTO call_back (call_sid, reason, number, language) VALUES (%s, %s, %s, %s)
            ON CONFLICT (call_sid, reason) DO UPDATE
            SET done_at = NULL, asked_at = now(), event_id = NULL, shown_at = NULL
            RETURNING id
            """,
            [call_sid, reason, number, language],
        )
        row = await cursor.fetchone()
    return int(row[0]) if row else 0


async def open_requests(conn: AsyncConnection) -> list[CallBack]:
    """Requests that nobody has marked done, the longest waiting first."""
    async with conn.cursor(row_factory=class_row(CallBack)) as cursor:
        await cursor.execute(
            "SELECT id, call_sid, reason, number, language, asked_at, done_at, shown_at"
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


async def withdraw(conn: AsyncConnection, call_sid: str, reason: str) -> None:
    """Nobody needs to call about this any more."""
    async with conn.transaction():
        await conn.execute(
            "UPDATE call_back SET done_at = now()"
            " WHERE call_sid = %s AND reason = %s AND done_at IS NULL",
            [call_sid, reason],
        )


async def keep_event(conn: AsyncConnection, call_back_ids: list[int], event_id: str) -> None:
    """These requests are in the calendar under this id."""
    async with conn.transaction():
        await conn.execute(
            "UPDATE call_back SET event_id = %s, shown_at = now() WHERE id = ANY (%s)",
            [event_id, call_back_ids],
        )


async def close_by_event(conn: AsyncConnection, event_id: str) -> None:
    """Staff closed the request in the calendar."""
    async with conn.transaction():
        await conn.execute(
            "UPDATE call_back SET done_at = now() WHERE event_id = %s AND done_at IS NULL",
            [event_id],
        )


async def close_others(conn: AsyncConnection, reason: str, calls: list[str]) -> None:
    """What was asked for this reason has settled itself, except for these calls."""
    async with conn.transaction():
        await conn.execute(
            "UPDATE call_back SET done_at = now()"
            " WHERE reason = %s AND done_at IS NULL AND call_sid <> ALL (%s)",
            [reason, calls],
        )


async def closed_with_event(conn: AsyncConnection) -> list[tuple[int, str]]:
    """Requests that are done and whose event may still stand in the calendar: id and event.

    An event that another request still needs is not among them.
    """
    rows = await conn.execute(
        "SELECT id, event_id FROM call_back WHERE done_at IS NOT NULL AND event_id IS NOT NULL"
        " AND NOT EXISTS (SELECT FROM call_back AS other"
        " WHERE other.event_id = call_back.event_id AND other.done_at IS NULL)"
    )
    return [(request, event) for request, event in await rows.fetchall()]


async def forget_event(conn: AsyncConnection, call_back_id: int) -> None:
    """The event of a request that is done is gone."""
    async with conn.transaction():
        await conn.execute(
            "UPDATE call_back SET event_id = NULL WHERE id = %s AND done_at IS NOT NULL",
            [call_back_id],
        )
