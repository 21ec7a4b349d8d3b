"""Limits on what one number, one call and all callers may take, against automated calls.

Every limit is counted in PostgreSQL, so all processes and machines share it. A caller over a limit
hears one sentence and gets a call-back; staff are told once a day that a limit was reached. What is
said in an emergency and the safety questions come before any limit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from psycopg import AsyncConnection

from calendar_sync.bookings import call_backs, visit_lookup
from calendar_sync.bookings.call_back_reasons import Reason
from voice.settings import Settings

Name = Literal[
    "coming visits",
    "calls an hour",
    "holds in all",
    "visits booked in a day",
    "visit codes",
    "changes of a visit",
]

NotKnown = Literal["how many are free?"]
"""A limit is a share of the free times, and they have not been counted."""

_PAGE_CHANGE = 0x0BA6
"""The advisory lock of those who change a visit on its page, beside the visit's id."""
_CODES = 1_000_000
"""How many visit codes there are: six digits."""
_CODE_TRIES = 0xC0DE
"""The advisory lock of those who try a code, so that calls at one moment are counted as well."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits in force; their reasons are beside the settings, see `operation_fields`."""

    coming_visits: int
    calls_per_hour: int
    held_percent: int
    bookings_per_day: int
    wrong_numbers: int


def limits_of(settings: Settings) -> Limits | None:
    """The limits of a line; None for a demo, which one person calls again and again."""
    if settings.limits == "off" or settings.is_demo:
        return None
    return limits_in_settings(settings)


def limits_in_settings(settings: Settings) -> Limits:
    """The limits that are set, whether or not they are in force."""
    return Limits(
        settings.limit_coming_visits,
        settings.limit_calls_per_hour,
        settings.limit_held_percent,
        settings.limit_bookings_per_day,
        settings.limit_wrong_numbers,
    )


async def may_try_code(
    conn: AsyncConnection, settings: Settings, call_sid: str, step: str, now: datetime
) -> bool:
    """Whether a visit code may be looked up; call it in one transaction with the look-up.

    A call and a number have so many wrong codes. All calls whose number the carrier does not vouch
    for share so many that the chance to guess the code of a coming visit stays small, since a robot
    can show another number each time. A demo has only the limit of a call. A code that is keyed at
    a `step` again, because the process died, counts once.
    """
    await conn.execute("SELECT pg_advisory_xact_lock(%s)", [_CODE_TRIES])
    rows = await conn.execute(
        """
        SELECT count(*) FILTER (WHERE call_sid = %(sid)s),
               count(*) FILTER (WHERE other.caller = this.caller),
               count(*) FILTER (WHERE NOT other.vouched AND NOT this.vouched)
        FROM call AS this, wrong_code JOIN call AS other ON other.sid = call_sid
        WHERE this.sid = %(sid)s AND at > %(day_ago)s
          AND (call_sid, step) <> (%(sid)s, %(step)s)
        """,
        {"sid": call_sid, "step": step, "day_ago": now - timedelta(days=1)},
    )
    of_call, of_number, of_unvouched = await rows.fetchone() or (0, 0, 0)
    if of_call >= settings.limit_code_tries_per_call:
        return False
    if limits_of(settings) is None:
        return True
    guesses = _CODES // settings.limit_code_guess_odds
    visits = await visit_lookup.count_coming(conn, now)
    shared = max(1, guesses // max(1, visits))
    if of_number >= settings.limit_code_tries_per_day or of_unvouched >= shared:
        await tell_staff(conn, "visit codes", now)
        return False
    return True


async def may_change_visit(
    conn: AsyncConnection, settings: Settings, visit_id: int, now: datetime
) -> bool:
    """Count one more save or move on a visit's page; False if the hour has had all of its own."""
    if limits_of(settings) is None:
        return True
    async with conn.transaction():
        await conn.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_PAGE_CHANGE, visit_id])
        await conn.execute(
            "DELETE FROM page_change WHERE booking = %s AND at < %s",
            [visit_id, now - timedelta(hours=1)],
        )
        counted = await conn.execute(
            "INSERT INTO page_change (booking, at) SELECT %(visit)s, %(now)s"
            " WHERE (SELECT count(*) FROM page_change WHERE booking = %(visit)s) < %(most)s",
            {"visit": visit_id, "now": now, "most": settings.limit_visit_changes},
        )
        if counted.rowcount == 0:
            await tell_staff(conn, "changes of a visit", now)
        return counted.rowcount == 1


async def store_wrong_code(conn: AsyncConnection, call_sid: str, step: str, now: datetime) -> None:
    """Count a code that no visit has, once, for a day."""
    await delete_old_codes(conn, now - timedelta(days=1), 100)
    await conn.execute(
        "INSERT INTO wrong_code (call_sid, step, at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
        [call_sid, step, now],
    )


async def delete_old_codes(conn: AsyncConnection, before: datetime, limit: int) -> int:
    """Delete what was counted before then, at most `limit`; how many that were."""
    deleted = await conn.execute(
        "DELETE FROM wrong_code WHERE ctid IN (SELECT ctid FROM wrong_code WHERE at < %s LIMIT %s)",
        [before, limit],
    )
    return deleted.rowcount


async def delete_codes_of(conn: AsyncConnection, call_sids: Sequence[str]) -> int:
    """Delete what was counted in these calls; how many that were."""
    deleted = await conn.execute(
        "DELETE FROM wrong_code WHERE call_sid = ANY (%s)", [list(call_sids)]
    )
    return deleted.rowcount


async def tell_staff(conn: AsyncConnection, name: Name, now: datetime) -> None:
    """Put it on the call-back list, once a day for each limit: a flood is one entry, not many."""
    day = call_backs.Caller(entry_of(now), None, "en")
    await call_backs.request(conn, day, Reason.LIMIT_REACHED, name)


def entry_of(now: datetime) -> str:
    """What stands in the call-back list in place of a CallSid where a limit was reached."""
    return f"limit {now:%Y-%m-%d}"


async def rings(conn: AsyncConnection, call_sid: str) -> int:
    """How often this call has rung the staff phone."""
    rows = await conn.execute(
        "SELECT count(*) FROM journal WHERE call_sid = %s AND name ~ '^(person|routing)[.]ring'",
        [call_sid],
    )
    row = await rows.fetchone()
    return int(row[0]) if row else 0
