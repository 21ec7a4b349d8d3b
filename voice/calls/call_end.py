"""Stores how a call ended, whether Twilio reported the end or was asked about it later."""

from datetime import datetime

from calendar_sync.bookings import holds
from voice.bootstrap import Line
from voice.calls import journal
from voice.calls.unfinished import call_back_unfinished
from voice.calls.unheard_moves import end_move

ENDED = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
"""The statuses of a call that is over: https://www.twilio.com/docs/voice/api/call-resource."""

UNKNOWN = "unknown"
"""The stored status of a call that Twilio does not have."""

_STORE_END = """
UPDATE call SET ended_at = coalesce(ended_at, %(at)s, now()), status = coalesce(status, %(status)s),
    outcome = coalesce(outcome, 'hung up')
WHERE sid = %(sid)s RETURNING outcome
"""


async def store_end(line: Line, sid: str, status: str, at: datetime | None = None) -> None:
    """Release what the call holds, store its end, and request a call-back if the caller was lost.

    `at` is when it ended, in UTC; None means now. The first end that is stored wins. It is all or
    nothing, so a call without a stored end still needs all of it.
    """
    async with line.pool.connection() as conn, conn.transaction():
        rows = await conn.execute(_STORE_END, {"at": at, "status": status, "sid": sid})
        ended = await rows.fetchone()
        if ended is None:
            return  # turned away while the line was full, or not ours
        await holds.release_unconfirmed(conn, sid)
        said = await journal.in_order(conn, sid)
        await call_back_unfinished(line, conn, sid, dict(said), ended[0])
        await end_move(line, conn, said)
