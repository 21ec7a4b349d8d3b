"""The video link that the calendar makes: picked up later, so no call waits for it."""

from procrastinate import JobContext
from psycopg import AsyncConnection

from calendar_sync.bookings.booking import booking
from calendar_sync.bookings.deadlines import LINK_TIMEOUT
from calendar_sync.bookings.event_state import store_link
from calendar_sync.clinic import Clinic
from calendar_sync.retry import NotYet, UntilSettled, known
from calendar_sync.sync.blueprint import blueprint, clinic_of
from calendar_sync.sync.rewrite import rewrite


@blueprint.task(name="pick_up_link", retry=UntilSettled(), pass_context=True)
async def pick_up_link(context: JobContext, booking_id: int) -> None:
    """Put the link that the calendar made into the event's text; see `pick_up`."""
    await pick_up(clinic_of(context), booking_id)


async def pick_up(clinic: Clinic, booking_id: int) -> None:
    """Store the link and write it into the event; without one, the clinic's own video room.

    Raises NotYet while the link is being made, until LINK_TIMEOUT, and if the calendar does not
    know.
    """
    async with clinic.pool.connection() as conn:
        booked = await booking(conn, booking_id)
    clinic = clinic.of(booked.clinician_id)
    if booked.state != "booked" or booked.event_id is None:
        return
    event = None
    if booked.video_link is None:
        event = known(await clinic.calendar.find(booked.event_id))
        if event is None or event.cancelled:
            return
        async with clinic.pool.connection() as conn:
            if event.link_pending and await _may_wait(conn, booking_id):
                why = "the video link is still being made"
                raise NotYet(why)
            await store_link(conn, booking_id, event.link)
    await rewrite(clinic, booking_id, event)


async def _may_wait(conn: AsyncConnection, booking_id: int) -> bool:
    """Whether the booking is new enough to wait for its link, by the database's clock."""
    rows = await conn.execute(
        "SELECT confirmed_at > now() - %s FROM booking WHERE id = %s", [LINK_TIMEOUT, booking_id]
    )
    return await rows.fetchone() == (True,)
