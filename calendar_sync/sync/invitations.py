"""A real invitation for a patient who gave an email: an event of its own, in a calendar of its own.

The patient is never a guest of staff's event. A guest reads its description: the answers, and
whatever staff write there. So the invitation says only when the visit is and how to reach us. It
follows the booking, and the diary writes to the guest when it is made, moved or withdrawn. What
the guest answers in their calendar changes nothing here; nobody relies on it having been read.
"""

import logging
from dataclasses import dataclass
from datetime import datetime

from procrastinate import JobContext
from psycopg import AsyncConnection
from psycopg.rows import class_row

from calendar_sync.bookings.booking import Booking, booking
from calendar_sync.bookings.event_text import event_id
from calendar_sync.calendars.contract import Changed, Clash, Event, Refused
from calendar_sync.clinic import Clinic, Invitations
from calendar_sync.errors import NotYet, known
from calendar_sync.job_queue import UntilSettled, blueprint, clinic_of

log = logging.getLogger(__name__)

_MOST = 5
"""Invitations for one visit: whoever has its link must not be able to send mail to anybody."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """One that was made, or is to be: since when it is meant to go, since when it is gone."""

    booking: int
    number: int
    email: str
    event_id: str
    withdrawn_at: datetime | None = None
    gone_at: datetime | None = None


async def owe_invitation(conn: AsyncConnection, booking_id: int) -> None:
    """In the transaction that changed a booking: its invitation follows, if it has or needs one.

    One at a time for each booking, so that none can bring back what a later one has changed.
    """
    concerned = await conn.execute(
        "SELECT FROM booking WHERE id = %s AND (patient_email IS NOT NULL OR EXISTS"
        " (SELECT FROM invitation WHERE booking = booking.id AND gone_at IS NULL))",
        [booking_id],
    )
    if await concerned.fetchone() is not None:
        job = invite.configure(connection=conn, lock=f"invitation {booking_id}")
        await job.defer_async(booking_id=booking_id)


@blueprint.task(name="invite", retry=UntilSettled(), pass_context=True)
async def invite(context: JobContext, booking_id: int) -> None:
    """Make the invitation as the booking is now; see `bring_up_to_date`."""
    await bring_up_to_date(clinic_of(context), booking_id)


async def bring_up_to_date(clinic: Clinic, booking_id: int) -> None:
    """Invite, move, withdraw: whatever makes the invitation fit the booking. Safe to run again.

    A visit that is over is left alone. One that somebody deleted in the invitations' own calendar
    stays deleted. Raises NotYet when the diary does not know.
    """
    if clinic.invitations is None:
        return
    async with clinic.pool.connection() as conn, conn.transaction():
        visit = await booking(conn, booking_id, lock=True)
        if visit.slot.end <= clinic.now():
            return
        open_ = await _decided(conn, visit)
    for each in open_:
        if each.withdrawn_at:
            await _withdraw(clinic, clinic.invitations, each)
        else:
            await _bring(clinic.invitations, visit, each)


async def _decided(conn: AsyncConnection, visit: Booking) -> list[Invitation]:
    """Store which invitations there should be before anything is asked; those not yet gone."""
    email = visit.patient_email if visit.state == "booked" else None
    await conn.execute(
        "UPDATE invitation SET withdrawn_at = now()"
        " WHERE booking = %s AND withdrawn_at IS NULL AND email IS DISTINCT FROM %s",
        [visit.id, email],
    )
    async with conn.cursor(row_factory=class_row(Invitation)) as cursor:
        await cursor.execute(
            "SELECT * FROM invitation WHERE booking = %s ORDER BY number", [visit.id]
        )
        made = await cursor.fetchall()
    if email and all(each.withdrawn_at for each in made) and len(made) < _MOST:
        step = f"{visit.step} invitation"
        own_id = event_id(visit.call_sid, step, len(made))
        new = Invitation(visit.id, len(made), email, own_id)
        await conn.execute(
            "INSERT INTO invitation (booking, number, email, event_id) VALUES (%s, %s, %s, %s)",
            [new.booking, new.number, new.email, new.event_id],
        )
        made.append(new)
    return [each for each in made if each.gone_at is None]


async def _bring(invitations: Invitations, visit: Booking, invitation: Invitation) -> None:
    there = known(await invitations.calendar.find(invitation.event_id))
    if there is None:
        title, note = invitations.words(visit.language)
        event = Event(invitation.event_id, visit.slot, title, note, guest=invitation.email)
        made = known(await invitations.calendar.insert(event))
        if isinstance(made, Refused):
            log.warning("no invitation for a patient: %s", made.why)
        if isinstance(made, Clash):
            why = "the invitation's event id is used"
            raise NotYet(why)
    elif not there.cancelled and there.span != visit.slot:
        moved = known(await invitations.calendar.move(invitation.event_id, visit.slot, there.etag))
        if isinstance(moved, Changed):
            why = "the invitation was changed while it was being moved"
            raise NotYet(why)


async def _withdraw(clinic: Clinic, invitations: Invitations, invitation: Invitation) -> None:
    there = known(await invitations.calendar.find(invitation.event_id))
    if there is not None and not there.cancelled:
        answer = known(await invitations.calendar.cancel(invitation.event_id, there.etag))
        if isinstance(answer, Changed):
            why = "the invitation was changed while it was being withdrawn"
            raise NotYet(why)
    async with clinic.pool.connection() as conn:
        await conn.execute(
            "UPDATE invitation SET gone_at = now() WHERE booking = %s AND number = %s",
            [invitation.booking, invitation.number],
        )
