"""Callers whom staff should call, and why; the only writer of table `call_back`.

A request is known by its call, its reason and the detail. Column `reason` keeps the words for
versions that know no codes; the trigger of migration 0013 gives their rows codes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from psycopg import AsyncConnection
from psycopg.rows import class_row

from calendar_sync.availability.span import Span
from calendar_sync.bookings.call_back import CallBack, CallBackTarget
from calendar_sync.bookings.call_back_reasons import Reason
from calendar_sync.bookings.deadlines import INSERT_SETTLES
from calendar_sync.private_fields import lookup

ABOUT_THE_NUMBER = frozenset(
    {
        Reason.ASKED_FOR_PERSON,
        Reason.GAVE_UP,
        Reason.NOT_KEYED_BACK,
        Reason.NO_OPEN_TIME,
        Reason.OVER_LIMIT,
        Reason.SCHEDULE_UNREADABLE,
        Reason.UNFINISHED,
    }
)
"""Reasons for which one open request per number is enough, however often the number calls."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A CallBackTarget that is no booking."""

    call_sid: str
    number: str | None
    language: str


async def request(
    conn: AsyncConnection, target: CallBackTarget, reason: Reason, detail: str = ""
) -> None:
    """Ask staff to call, once per call, reason and detail; a repeat adds a missing number.

    A reason that is about the number alone is asked once per number while it is open.
    """
    once = reason in ABOUT_THE_NUMBER and target.number is not None
    key = (lookup(target.number), reason.code, detail)
    await conn.execute(
        """
        INSERT INTO call_back (call_sid, code, detail, reason, number, language)
        SELECT %s, %s, %s, %s, %s, %s
        WHERE NOT EXISTS (
            SELECT FROM call_back AS other
            WHERE %s AND done_at IS NULL AND (number, code, detail) = (%s, %s, %s)
              AND call_sid <> %s)
        ON CONFLICT (call_sid, code, detail)
        DO UPDATE SET number = excluded.number WHERE call_back.number IS NULL
        """,
        [*_values(target, reason, detail), once, *key, target.call_sid],
    )


async def promise(
    conn: AsyncConnection, target: CallBackTarget, when: Span, reason: Reason, detail: str = ""
) -> None:
    """Store when staff will call, with the open request of this call or of its number.

    Its event, if it is there, is brought up to date.
    """
    await conn.execute(
        """
        UPDATE call_back SET promised_from = %s, promised_until = %s, shown_at = NULL
        WHERE done_at IS NULL AND (code, detail) = (%s, %s) AND (call_sid = %s OR number = %s)
        """,
        [when.start, when.end, reason.code, detail, target.call_sid, lookup(target.number)],
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
            WHERE call_back.done_at <> now()
            UNION ALL
            SELECT NULL::timestamptz, call_back.asked_at, call_back.event_id, call_back.shown_at,
              call_back.former_events
            WHERE call_back.done_at IS NULL OR call_back.done_at = now())
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
            " done_at, shown_at, event_id, promised_from, promised_until, overdue_shown_at,"
            " now() - asked_at AS waited"
            " FROM call_back WHERE done_at IS NULL ORDER BY asked_at, id"
        )
        return await cursor.fetchall()


async def mark_done(conn: AsyncConnection, call_back_id: int) -> bool:
    """Staff have called; False if it was done before or never asked."""
    return await _close(conn, "id = %s", [call_back_id]) == 1


async def reopen(conn: AsyncConnection, call_back_id: int) -> bool:
    """Take `mark_done` back, with what was done at once for its number; False if it is open.

    It gets a new event, since the calendar may have lost the former one: the id of an event
    follows from `asked_at`.
    """
    reopened = await conn.execute(
        """
        UPDATE call_back SET done_at = NULL, asked_at = asked_at + interval '1 microsecond',
            former_events = array_remove(former_events || event_id, NULL),
            event_id = NULL, shown_at = NULL
        WHERE done_at IS NOT NULL AND (id = %(id)s OR (number, done_at) =
            (SELECT number, done_at FROM call_back WHERE id = %(id)s))
        """,
        {"id": call_back_id},
    )
    return reopened.rowcount > 0


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


async def mark_overdue_shown(conn: AsyncConnection, call_back_ids: list[int], at: datetime) -> None:
    """Staff were shown that these are overdue; `at` is aware."""
    await conn.execute(
        "UPDATE call_back SET overdue_shown_at = %s WHERE id = ANY (%s)", [at, call_back_ids]
    )


async def unneeded_events(conn: AsyncConnection) -> list[tuple[int, str, bool]]:
    """Events that may still be in the calendar and should not: the request's id and theirs.

    The third value says whether an insert of the event may still be under way.

    Those of requests that are done, and those that a newer one has replaced. An event that another
    request still needs is not among them.
    """
    rows = await conn.execute(
        """
        SELECT own.id, own.event, greatest(asked_at, done_at) > now() - %s FROM (
            SELECT id, event_id AS event, asked_at, done_at FROM call_back
            WHERE done_at IS NOT NULL AND event_id IS NOT NULL
            UNION ALL SELECT id, unnest(former_events), asked_at, done_at FROM call_back
              WHERE former_events <> '{}') AS own
        WHERE NOT EXISTS (SELECT FROM call_back AS other
                          WHERE other.event_id = own.event AND other.done_at IS NULL)
        """,
        [INSERT_SETTLES],
    )
    return await rows.fetchall()


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
    words, number = reason.words(detail), lookup(target.number)
    return [target.call_sid, reason.code, detail, words, number, target.language]
