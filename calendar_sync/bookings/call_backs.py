"""Callers whom staff should call, and why; the only writer of table `call_back`.

A request is known by its call, its reason and the detail. Column `reason` keeps the words for
versions that know no codes; the trigger of migration 0013 gives their rows codes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString, Protocol

from psycopg import AsyncConnection
from psycopg.rows import class_row

from calendar_sync.bookings.call_back_reasons import Reason, reason_of


class CallBackTarget(Protocol):
    """Whom to call: `number` is E.164, or None if it was withheld. A Booking is one."""

    @property
    def call_sid(self) -> str:
        """The call that the request belongs to."""
        ...

    @property
    def number(self) -> str | None:
        """The number to call."""
        ...

    @property
    def language(self) -> str:
        """The language code of the caller."""
        ...


@dataclass(frozen=True, slots=True)
class Caller:
    """A CallBackTarget that is no booking."""

    call_sid: str
    number: str | None
    language: str


@dataclass(frozen=True, slots=True)
class CallBack:
    """A request; `stored_words` are those it was stored with, maybe by another version."""

    id: int
    call_sid: str
    code: str
    detail: str
    stored_words: str
    number: str | None
    language: str
    asked_at: datetime
    done_at: datetime | None
    shown_at: datetime | None
    """When it was put into the calendar."""

    @property
    def reason(self) -> str:
        """Why to call, in words for staff."""
        known = reason_of(self.code)
        return known.for_staff(self.detail) if known else self.stored_words

    @property
    def is_urgent(self) -> bool:
        """Whether to call before all others."""
        known = reason_of(self.code)
        return known is not None and known.is_urgent


async def request(
    conn: AsyncConnection, target: CallBackTarget, reason: Reason, detail: str = ""
) -> None:
    """Ask staff to call, once per call, reason and detail; a repeat adds a missing number."""
    await conn.execute(
        """
        INSERT INTO call_back (call_sid, code, detail, reason, number, language)
        VALUES (%s, %s, %s, %s, %s, %s)
        ON CONFLICT (call_sid, code, detail)
        DO UPDATE SET number = excluded.number WHERE call_back.number IS NULL
        """,
        _values(target, reason, detail),
    )


async def request_again(
    conn: AsyncConnection, target: CallBackTarget, reason: Reason, detail: str = ""
) -> int:
    """Ask staff to call, also if the same was asked and done before; the request's id.

    A request that is open, or was closed in this very transaction, goes on with its event. One that
    was done gets a new event, and its former one is removed.
    """
    rows = await conn.execute(
        """
        INSERT INTO call_back (call_sid, code, detail, reason, number, language)
        VALUES (%s, %s, %s, %s, %s, %s)
        ON CONFLICT (call_sid, code, detail) DO UPDATE SET (
            done_at, asked_at, event_id, shown_at, former_events) = (
            SELECT NULL::timestamptz, now(), NULL, NULL,
              array_remove(call_back.former_events || call_back.event_id, NULL)
            WHERE call_back.done_at < now()
            UNION ALL
            SELECT NULL::timestamptz, call_back.asked_at, call_back.event_id, call_back.shown_at,
              call_back.former_events
            WHERE call_back.done_at IS NULL OR call_back.done_at >= now())
        RETURNING id
        """,
        _values(target, reason, detail),
    )
    row = await rows.fetchone()
    return int(row[0]) if row else 0


async def open_requests(conn: AsyncConnection) -> list[CallBack]:
    """Requests that are not done, the longest waiting first."""
    async with conn.cursor(row_factory=class_row(CallBack)) as cursor:
        await cursor.execute(
            "SELECT id, call_sid, code, detail, reason AS stored_words, number, language, asked_at,"
            " done_at, shown_at FROM call_back WHERE done_at IS NULL ORDER BY asked_at, id"
        )
        return await cursor.fetchall()


async def mark_done(conn: AsyncConnection, call_back_id: int) -> bool:
    """Staff have called; False if it was done before or never asked."""
    return await _close(conn, "id = %s", [call_back_id]) == 1


async def reopen(conn: AsyncConnection, call_back_id: int) -> bool:
    """Take `mark_done` back; False if the request is open, or there is none.

    It gets a new event, since the calendar may have lost the former one: the id of an event
    follows from `asked_at`.
    """
    reopened = await conn.execute(
        """
        UPDATE call_back SET done_at = NULL, asked_at = asked_at + interval '1 microsecond',
            former_events = array_remove(former_events || event_id, NULL),
            event_id = NULL, shown_at = NULL
        WHERE id = %s AND done_at IS NOT NULL
        """,
        [call_back_id],
    )
    return reopened.rowcount == 1


async def withdraw(conn: AsyncConnection, call_sid: str, reason: Reason, detail: str = "") -> None:
    """Nobody needs to call about this any more."""
    await _close(
        conn, "call_sid = %s AND code = %s AND detail = %s", [call_sid, reason.code, detail]
    )


async def close_by_event(conn: AsyncConnection, event_id: str) -> None:
    """Staff closed the requests of this event in the calendar."""
    await _close(conn, "event_id = %s", [event_id])


async def withdraw_all_but(conn: AsyncConnection, reason: Reason, call_sids: list[str]) -> None:
    """What was asked for this reason has settled itself, except for these calls."""
    await _close(conn, "code = %s AND call_sid <> ALL (%s)", [reason.code, call_sids])


async def plan_event(conn: AsyncConnection, call_back_ids: list[int], event_id: str) -> None:
    """These requests are about to be put into the calendar under this event id."""
    await conn.execute(
        """
        UPDATE call_back SET event_id = %(event)s,
            former_events = array_remove(former_events || event_id, NULL)
        WHERE id = ANY (%(ids)s) AND event_id IS DISTINCT FROM %(event)s
        """,
        {"event": event_id, "ids": call_back_ids},
    )


async def mark_shown(conn: AsyncConnection, event_id: str) -> None:
    """The requests of this event are in the calendar."""
    await conn.execute("UPDATE call_back SET shown_at = now() WHERE event_id = %s", [event_id])


async def unneeded_events(conn: AsyncConnection) -> list[tuple[int, str]]:
    """Events that may still be in the calendar and should not: the request's id and theirs.

    Those of requests that are done, and those that a newer one has replaced. An event that another
    request still needs is not among them.
    """
    rows = await conn.execute(
        """
        SELECT own.id, own.event FROM (
            SELECT id, event_id AS event FROM call_back
            WHERE done_at IS NOT NULL AND event_id IS NOT NULL
            UNION ALL SELECT id, unnest(former_events) FROM call_back) AS own
        WHERE NOT EXISTS (SELECT FROM call_back AS other
                          WHERE other.event_id = own.event AND other.done_at IS NULL)
        """
    )
    return [(request_id, event_id) for request_id, event_id in await rows.fetchall()]


async def forget_event(conn: AsyncConnection, call_back_id: int, event_id: str) -> None:
    """An event that the request does not need any more is gone."""
    await conn.execute(
        """
        UPDATE call_back SET former_events = array_remove(former_events, %(event)s),
            event_id = CASE WHEN event_id <> %(event)s OR done_at IS NULL THEN event_id END
        WHERE id = %(id)s
        """,
        {"event": event_id, "id": call_back_id},
    )


async def _close(conn: AsyncConnection, which: LiteralString, given: Sequence[object]) -> int:
    """Mark the open requests among these as done; how many that were."""
    statement = "UPDATE call_back SET done_at = now() WHERE done_at IS NULL AND "
    return (await conn.execute(statement + which, given)).rowcount


def _values(target: CallBackTarget, reason: Reason, detail: str) -> list[str | None]:
    words = reason.words(detail)
    return [target.call_sid, reason.code, detail, words, target.number, target.language]
