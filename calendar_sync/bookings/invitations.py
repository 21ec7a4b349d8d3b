"""Which invitations a visit should have; the only writer of table `invitation`.

A row is one invitation by email: written before anything is asked of the calendar, and kept after
it was withdrawn, because the event's id cannot be used again.
"""

from dataclasses import dataclass
from datetime import datetime

from psycopg import AsyncConnection
from psycopg.rows import class_row

from calendar_sync import job_queue
from calendar_sync.bookings.booking import Booking
from calendar_sync.bookings.event_text import event_id
from calendar_sync.private_fields import Lookup, lookup

_MAX_PER_VISIT = 5
"""Whoever has the link to a visit must not be able to send mail to anybody they like."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """A row: the `number`-th invitation of a booking, counted from 0.

    `withdrawn_at` is set once it should go, `gone_at` once its event is cancelled.
    """

    booking: int
    number: int
    email: str
    event_id: str
    withdrawn_at: datetime | None = None
    gone_at: datetime | None = None


async def request_update(conn: AsyncConnection, booking_id: int) -> None:
    """Queue an update if the booking has an invitation or an email to send one to.

    Call it in the transaction that changed the booking.
    """
    rows = await conn.execute(
        "SELECT FROM booking WHERE id = %s AND (patient_email IS NOT NULL OR EXISTS"
        " (SELECT FROM invitation WHERE booking = booking.id AND gone_at IS NULL))",
        [booking_id],
    )
    if await rows.fetchone() is not None:
        await job_queue.update_invitation(conn, booking_id)


async def store_wanted(conn: AsyncConnection, visit: Booking) -> list[Invitation]:
    """Store which invitations the visit should have; return those that are not gone yet."""
    email = visit.patient_email if visit.state == "booked" else None
    await conn.execute(
        "UPDATE invitation SET withdrawn_at = now()"
        " WHERE booking = %s AND withdrawn_at IS NULL AND email IS DISTINCT FROM %s",
        [visit.id, lookup(email)],
    )
    async with conn.cursor(row_factory=class_row(Invitation)) as cursor:
        await cursor.execute(
            "SELECT * FROM invitation WHERE booking = %s ORDER BY number", [visit.id]
        )
        stored = await cursor.fetchall()
    if email and all(each.withdrawn_at for each in stored) and len(stored) < _MAX_PER_VISIT:
        own_id = event_id(visit.call_sid, f"{visit.step} invitation", len(stored))
        new = Invitation(visit.id, len(stored), email, own_id)
        await conn.execute(
            "INSERT INTO invitation (booking, number, email, event_id) VALUES (%s, %s, %s, %s)",
            [new.booking, new.number, Lookup(new.email), new.event_id],
        )
        stored.append(new)
    return [each for each in stored if each.gone_at is None]


async def mark_gone(conn: AsyncConnection, invitation: Invitation) -> None:
    """The invitation's event is cancelled, or never was."""
    await conn.execute(
        "UPDATE invitation SET gone_at = now() WHERE booking = %s AND number = %s",
        [invitation.booking, invitation.number],
    )
