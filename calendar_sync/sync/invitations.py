"""A real invitation for a patient who gave an email: an event of its own, in a calendar of its own.

The patient is never a guest of staff's event. A guest reads its description: the answers, and
whatever staff write there. So the invitation says only when the visit is and how to reach us. It
follows the booking, and the diary writes to the guest when it is made, moved or withdrawn. What
the guest answers in their calendar changes nothing here; nobody relies on it having been read.
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
        open_ = await store_wanted(conn, visit)
    for each in open_:
        if each.withdrawn_at:
            await _withdraw(clinic, clinic.invitations, each)
        else:
            await _bring(clinic.invitations, visit, each)


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
        await mark_gone(conn, invitation)
