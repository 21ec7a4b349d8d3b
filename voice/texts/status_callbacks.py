"""What Twilio reports about a text it accepted: unordered, repeated, ending in one state."""

from dataclasses import dataclass
from datetime import datetime

from psycopg import AsyncConnection

from calendar_sync.bookings.booking import booking
from voice.texts import outbox, text_rows
from voice.texts.planning import TextConfig
from voice.texts.send_results import accepted, delivered, refused
from voice.texts.text_rows import State, TextRow

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
"""Twilio's "Unknown error": a failure without a code says no more than that."""


@dataclass(frozen=True, slots=True)
class StatusReport:
    """One report: our id of the text, Twilio's SID, status and, on failure, its error code."""

    text_id: int
    sid: str
    status: str
    code: int | None = None


async def keep_status(
    conn: AsyncConnection, config: TextConfig, report: StatusReport, now: datetime
) -> bool:
    """Store a status that leads further; False if it does not, or is of another message.

    It may come before the response to the request that sent the text, or instead of it.
    """
    state = _STATES.get(report.status)
    if state is None:
        return False
    async with conn.transaction():
        seen = await text_rows.text(conn, report.text_id)
        if seen is None:
            return False
        await booking(conn, seen.booking, lock=True)
        row = await text_rows.text(conn, report.text_id)
        if row is None or not await _is_message_of(conn, row, report.sid):
            return False
        if _RANK[state] <= _RANK.get(row.state, 0) and row.sid is not None:
            return False
        if state == "failed":
            await refused(conn, config, row, report.code or _NO_CODE, now)
            return True
        await outbox.mark_state(conn, row.id, state)
        if state == "delivered":
            await delivered(conn, row)
        return True


async def _is_message_of(conn: AsyncConnection, row: TextRow, sid: str) -> bool:
    """Whether the SID is this text's; if the SID was lost after sending, it is stored here."""
    if row.sid is not None:
        return row.sid == sid
    if row.state != "sending" or sid in row.former_sids:
        return False
    await accepted(conn, row, sid, arrived=False)
    return True
