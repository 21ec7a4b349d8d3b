"""Invitations for patients who gave an email: an event of its own, in a calendar of its own.

The patient is never a guest of staff's event: a guest reads its description, with the answers and
whatever staff write there. So the invitation only says when the visit is and how to reach us. It
follows the booking, and the calendar writes to the guest when it is made, moved or cancelled. What
guests answer in their calendar has no effect here.
"""

import logging

from procrastinate import JobContext

from calendar_sync.bookings.booking import Booking, booking
from calendar_sync.bookings.invitations import Invitation, mark_gone, store_wanted
from calendar_sync.calendars.contract import Changed, Clash, Event, Refused
from calendar_sync.clinic import Clinic, Invitations
from calendar_sync.retry import NotYet, UntilSettled, known
from calendar_sync.sync.blueprint import blueprint, clinic_of

log = logging.getLogger(__name__)


@blueprint.task(name="invite", retry=UntilSettled(), pass_context=True)
async def invite(context: JobContext, booking_id: int) -> None:
    """Make the invitation match the booking; see `update`."""
    await update(clinic_of(context), booking_id)


async def update(clinic: Clinic, booking_id: int) -> None:
    """Insert, move or cancel the invitation's event to match the booking. Safe to run again.

    The invitation to a past visit is left alone, and one that was deleted in the invitation
    calendar stays deleted. Raises NotYet if the outcome is unknown.
    """
    if clinic.invitations is None:
        return
    async with clinic.pool.connection() as conn, conn.transaction():
        visit = await booking(conn, booking_id, lock=True)
        if visit.slot.end <= clinic.now():
            return
        wanted = await store_wanted(conn, visit)
    for invitation in wanted:
        if invitation.withdrawn_at:
            await _withdraw(clinic, clinic.invitations, invitation)
        else:
            await _place(clinic.invitations, visit, invitation)


async def _place(invitations: Invitations, visit: Booking, invitation: Invitation) -> None:
    """Insert the event, or move it to the visit's time."""
    found = known(await invitations.calendar.find(invitation.event_id))
    if found is None:
        title, note = invitations.words(visit.language)
        event = Event(invitation.event_id, visit.slot, title, note, guest=invitation.email)
        inserted = known(await invitations.calendar.insert(event))
        if isinstance(inserted, Refused):
            log.warning("cannot invite a patient: %s", inserted.why)
        if isinstance(inserted, Clash):
            why = "the invitation's event id is used"
            raise NotYet(why)
    elif not found.cancelled and found.span != visit.slot:
        moved = known(await invitations.calendar.move(invitation.event_id, visit.slot, found.etag))
        if isinstance(moved, Changed):
            why = "the invitation was changed while it was being moved"
            raise NotYet(why)


async def _withdraw(clinic: Clinic, invitations: Invitations, invitation: Invitation) -> None:
    """Cancel the event, if there is one."""
    found = known(await invitations.calendar.find(invitation.event_id))
    if found is not None and not found.cancelled:
        answer = known(await invitations.calendar.cancel(invitation.event_id, found.etag))
        if isinstance(answer, Changed):
            why = "the invitation was changed while it was being withdrawn"
            raise NotYet(why)
    async with clinic.pool.connection() as conn:
        await mark_gone(conn, invitation)
