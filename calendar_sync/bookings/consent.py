"""The caller's answer to text messages; the only writer of table `consent`."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from psycopg import AsyncConnection

from calendar_sync import job_queue
from calendar_sync.bookings import booking_writes
from calendar_sync.private_fields import Lookup
from calendar_sync.transactions import in_transaction


@dataclass(frozen=True, slots=True)
class TextConsent:
    """Whether texts may go to `number` (E.164), and the version of the wording that was heard.

    `at` is when the caller answered, by the clinic's clock in UTC; None is now.
    """

    number: str
    wording: str
    given: bool
    at: datetime | None = None


async def store_consent(
    conn: AsyncConnection, call_sid: str, booking_id: int, consent: TextConsent
) -> None:
    """Store the answer; if that changes the booking, queue its event's new text and its patient's.

    The latest answer for a number counts. The same one again changes nothing and keeps its first
    time. The booking of another call is left alone.
    """
    async with in_transaction(conn):
        at, is_own = await record(conn, call_sid, consent, booking_id)
        if is_own and await booking_writes.store(
            conn,
            booking_id,
            text_number=consent.number if consent.given else None,
            text_consent_at=at,
            text_wording=consent.wording,
        ):
            await job_queue.rewrite_event(conn, booking_id)
            await job_queue.notify_patient(conn, booking_id)


async def record(
    conn: AsyncConnection, call_sid: str, consent: TextConsent, booking_id: int = 0
) -> tuple[datetime, bool]:
    """Store the answer alone, as proof.

    When it was first given, and whether the booking with that id is the call's own.
    """
    rows = await conn.execute(
        """
        INSERT INTO consent (call_sid, number, given, wording, at)
        VALUES (%s, %s, %s, %s, coalesce(%s, now()))
        ON CONFLICT (call_sid, number)
        DO UPDATE SET given = excluded.given, wording = excluded.wording,
            at = CASE WHEN (consent.given, consent.wording) = (excluded.given, excluded.wording)
                      THEN consent.at ELSE excluded.at END
        RETURNING at, EXISTS (SELECT FROM booking WHERE id = %s AND booking.call_sid = %s)
        """,
        [
            call_sid,
            Lookup(consent.number),
            consent.given,
            consent.wording,
            consent.at,
            booking_id,
            call_sid,
        ],
    )
    return cast("tuple[datetime, bool]", await rows.fetchone())
