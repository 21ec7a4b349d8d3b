"""Texts that patients need and that have not gone out in time, on the call-back list."""

from datetime import datetime, timedelta

from psycopg import AsyncConnection

from calendar_sync.bookings import call_backs
from calendar_sync.bookings.call_back_reasons import Reason
from voice.texts.messages import NEWS

_LATE_AFTER = timedelta(minutes=5)


async def list_late(conn: AsyncConnection, now: datetime) -> None:
    """Ask staff to call about each piece of news that is five minutes late, until it is sent."""
    async with conn.transaction():
        late = await conn.execute(
            """
            SELECT call_sid, booking.number, language FROM text
            JOIN booking ON booking.id = text.booking
            WHERE text.state IN ('owed', 'sending') AND kind = ANY (%s) AND due < %s
              AND error IS NULL    -- a refused text is listed with its reason
              AND telling IS NULL  -- what staff did is listed by its notice
            """,
            [sorted(NEWS), now - _LATE_AFTER],
        )
        for call_sid, number, language in await late.fetchall():
            caller = call_backs.Caller(call_sid, number, language)
            await call_backs.request(conn, caller, Reason.TEXT_LATE)
