"""Deletes calls and their journals; the only module that deletes rows of these two tables."""

from collections.abc import Sequence
from datetime import datetime

from psycopg import AsyncConnection

_WITHOUT_VISIT = """
SELECT sid FROM call WHERE began_at < %(before)s
  AND (caller IS NOT NULL OR EXISTS (SELECT FROM journal WHERE call_sid = call.sid))
  AND NOT EXISTS (SELECT FROM booking WHERE call_sid = call.sid AND state <> 'released')
ORDER BY began_at LIMIT %(limit)s
"""
_STRIP = """
UPDATE call SET caller = NULL, outcome = CASE WHEN strpos(outcome, ' at safety.') > 0
  THEN split_part(outcome, ' at safety.', 1) || ' at a safety question' ELSE outcome END
WHERE sid = ANY (%s)
"""
"""An outcome such as "stopped at safety.numb" names an answer."""
_OLD = """
DELETE FROM call WHERE sid IN (
  SELECT sid FROM call WHERE began_at < %(before)s
    AND NOT EXISTS (SELECT FROM journal WHERE call_sid = call.sid)
    AND NOT EXISTS (SELECT FROM booking WHERE call_sid = call.sid AND state <> 'released')
  ORDER BY began_at LIMIT %(limit)s)
"""


async def strip_old(conn: AsyncConnection, before: datetime, limit: int) -> int:
    """Delete number and answers of calls without a visit that began before then.

    What stays for the figures is when a call came and how it ended. How many calls that were, at
    most `limit`.
    """
    rows = await conn.execute(_WITHOUT_VISIT, {"before": before, "limit": limit})
    sids = [sid for (sid,) in await rows.fetchall()]
    await delete_journals(conn, sids)
    await conn.execute(_STRIP, [sids])
    return len(sids)


async def delete_old(conn: AsyncConnection, before: datetime, limit: int) -> int:
    """Delete calls without a visit or answers that began before then, at most `limit`."""
    return (await conn.execute(_OLD, {"before": before, "limit": limit})).rowcount


async def delete(conn: AsyncConnection, sids: Sequence[str]) -> int:
    """Delete these calls; how many that were. Their journals go first."""
    return (await conn.execute("DELETE FROM call WHERE sid = ANY (%s)", [list(sids)])).rowcount


async def delete_answers(conn: AsyncConnection, answers: Sequence[tuple[str, str]]) -> int:
    """Delete single answers by call and name; how many that were."""
    deleted = 0
    for sid, name in answers:
        statement = "DELETE FROM journal WHERE call_sid = %s AND name = %s"
        deleted += (await conn.execute(statement, [sid, name])).rowcount
    return deleted


async def delete_journals(conn: AsyncConnection, sids: Sequence[str]) -> int:
    """Delete every answer of these calls; how many rows that were."""
    deleted = await conn.execute("DELETE FROM journal WHERE call_sid = ANY (%s)", [list(sids)])
    return deleted.rowcount
