"""What Twilio tells of a text that it has accepted: unordered, repeated, ending in one state."""

from datetime import datetime

from psycopg import AsyncConnection

from calendar_sync.bookings.booking import booking
from voice.texts import outbox
from voice.texts.outbox import State, TextRow
from voice.texts.planning import TextConfig
from voice.texts.send_results import accepted, delivered, refused

_STATES: dict[str, State] = {
    "queued": "accepted",
    "accepted": "accepted",
    "scheduled": "accepted",
    "sending": "accepted",
    "sent": "sent",
    "delivered": "delivered",
    "read": "delivered",
    "undelivered": "failed",
    "failed": "failed",
    "canceled": "failed",
}
"""Source: https://www.twilio.com/docs/messaging/api/message-resource#message-status-values."""
_RANK: dict[State, int] = {"accepted": 1, "sent": 2, "delivered": 3, "failed": 3}
_NO_CODE = 30008
"""Source: Twilio's "Unknown error"; a failure without a code says no more."""


async def keep_status(  # noqa: PLR0913, PLR0917  # the fields of one callback
    conn: AsyncConnection,
    config: TextConfig,
    text_id: int,
    sid: str,
    status: str,
    code: int | None,
    now: datetime,
) -> bool:
    """Keep a status if it leads further; False when it does not, or is of another message.

    It may come before the answer to the request that sent the text, or instead of that answer.
    """
    state = _STATES.get(status)
    if state is None:
        return False
    async with conn.transaction():
        first = await outbox.text(conn, text_id)
        if first is None:
            return False
        await booking(conn, first.booking, lock=True)
        row = await outbox.text(conn, text_id)
        if row is None or not await _is_its(conn, row, sid):
            return False
        if _RANK[state] <= _RANK.get(row.state, 0) and row.sid is not None:
            return False
        if state == "failed":
            await refused(conn, config, row, code or _NO_CODE, now)
            return True
        await conn.execute("UPDATE text SET state = %s WHERE id = %s", [state, row.id])
        if state == "delivered":
            await delivered(conn, row)
        return True


async def _is_its(conn: AsyncConnection, row: TextRow, sid: str) -> bool:
    """Whether the message is this text's; one whose name was lost gets it here."""
    if row.sid is not None:
        return row.sid == sid
    if row.state != "sending" or sid in row.former_sids:
        return False
    await accepted(conn, row, sid, arrived=False)
    return True
