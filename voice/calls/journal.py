"""A call's answers and effect results so far: one row per name; the first value of a name wins."""

from dataclasses import dataclass
from datetime import timedelta
from typing import LiteralString

from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from calendar_sync.private_fields import Lookup, Private

CALLER = "caller"
FORWARDED = "forwarded"
"""Stored for a call that another phone sent on to the line."""

ROUTING = "routing"
"""How the call is answered; stored unless it is by the line."""

VISITS = "visits"
"""What the caller's number has: "known" is a coming visit of a caller whom the carrier vouches for,
"cancelled" one of theirs that staff cancelled, "unverified" a coming visit of whoever calls."""

_OVER = ""
"""The name under which a read says that the call ended over a day ago; no step has it."""

_BEGIN = """
WITH new_call AS (
    INSERT INTO call (sid, caller, vouched)
    VALUES (%(sid)s, nullif(%(caller)s, ''), %(vouched)s) ON CONFLICT DO NOTHING),
kept AS (
    INSERT INTO journal (call_sid, name, value) VALUES (%(sid)s, %(name)s, %(value)s)
    ON CONFLICT DO NOTHING RETURNING name, value)
SELECT name, value, false FROM journal WHERE call_sid = %(sid)s
UNION ALL SELECT name, value, true FROM kept
UNION ALL SELECT '', '', false FROM call
  WHERE sid = %(sid)s AND ended_at < now() - interval '1 day'
"""
_KEEP = """
WITH ended AS (
    SELECT FROM call WHERE sid = %(sid)s AND ended_at < now() - interval '1 day'),
kept AS (
    INSERT INTO journal (call_sid, name, value)
    SELECT %(sid)s, %(name)s, %(value)s
    WHERE EXISTS (SELECT FROM journal WHERE call_sid = %(sid)s AND name = 'caller')
      AND NOT EXISTS (SELECT FROM ended)
    ON CONFLICT DO NOTHING RETURNING name, value)
SELECT name, value, false FROM journal WHERE call_sid = %(sid)s
UNION ALL SELECT name, value, true FROM kept
UNION ALL SELECT '', '', false FROM ended
"""
_ADD = """
INSERT INTO journal (call_sid, name, value) SELECT %(sid)s, %(name)s, %(value)s
WHERE EXISTS (SELECT FROM journal WHERE call_sid = %(sid)s AND name = 'caller')
ON CONFLICT DO NOTHING
"""
_READ = "SELECT name, value, false FROM journal WHERE call_sid = %(sid)s"


@dataclass(frozen=True, slots=True)
class Kept:
    """A call's whole journal, and whether the value just given was new to it.

    Once the call `is_over`, for a day or longer, nothing more is stored for it.
    """

    rows: dict[str, str]
    is_new: bool
    is_over: bool = False


async def begin(
    conn: AsyncConnection[TupleRow], sid: str, caller: str, *, vouched: bool = False
) -> Kept:
    """Start the journal of a call from ``caller`` (E.164, or ""); idempotent.

    ``vouched``: the number is the caller's own, says the carrier.
    """
    return await _kept(conn, _BEGIN, sid, CALLER, caller, vouched=vouched)


async def keep(
    conn: AsyncConnection[TupleRow], sid: str, rows: dict[str, str], name: str, value: str
) -> dict[str, str]:
    """Store a value unless the name has one, and return the whole journal.

    `rows` is the journal as it was read. It is read again only if the name has got a value since:
    the call does not go on without one. Stores nothing and returns {} for a call that never began.
    """
    own = {"sid": sid, "name": name, "value": Private(value, f"{sid} {name}")}
    if (await conn.execute(_ADD, own)).rowcount:
        return {**rows, name: value}
    return dict(await in_order(conn, sid))


async def keep_keys(conn: AsyncConnection[TupleRow], sid: str, name: str, value: str) -> Kept:
    """Store the keys of an attempt unless they are known, and read the whole journal.

    A repeated request brings what is there already. Nothing is stored for a call that never began.
    """
    return await _kept(conn, _KEEP, sid, name, value)


async def in_order(conn: AsyncConnection[TupleRow], sid: str) -> list[tuple[str, str]]:
    """The whole journal of a call as (name, value), oldest first."""
    rows = await conn.execute(
        "SELECT name, value FROM journal WHERE call_sid = %s ORDER BY at, name", [sid]
    )
    return [(name, value) for name, value in await rows.fetchall()]


async def since_keyed(conn: AsyncConnection[TupleRow], sid: str, flow: str) -> timedelta | None:
    """How long ago the caller last answered a question of a flow, such as "safety"."""
    rows = await conn.execute(
        "SELECT now() - max(at) FROM journal WHERE call_sid = %s AND starts_with(name, %s)"
        " AND strpos(name, '~') > 0",
        [sid, f"{flow}."],
    )
    row = await rows.fetchone()
    return row[0] if row else None


async def _kept(
    conn: AsyncConnection[TupleRow],
    statement: LiteralString,
    sid: str,
    name: str,
    value: str,
    **further: object,
) -> Kept:
    own = Private(value, f"{sid} {name}")
    parameters = {"sid": sid, "name": name, "value": own, "caller": Lookup(value), **further}
    found = await (await conn.execute(statement, parameters)).fetchall()
    if any(kept == _OVER for kept, _, _ in found):
        return Kept({kept: said for kept, said, _ in found if kept}, is_new=False, is_over=True)
    if found and all(kept != name for kept, _, _ in found):
        # A duplicate webhook stored the name while this statement waited on a stale snapshot.
        found = await (await conn.execute(_READ, parameters)).fetchall()
    return Kept({kept: said for kept, said, _ in found}, any(is_new for _, _, is_new in found))
