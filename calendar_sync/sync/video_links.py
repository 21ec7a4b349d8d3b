"""The video link that the diary makes: picked up later, never waited for during a call."""

from procrastinate import JobContext
from psycopg import AsyncConnection

from calendar_sync.bookings.booking import booking
from calendar_sync.bookings.event_state import keep_link
from calendar_sync.clinic import Clinic
from calendar_sync.retry import NotYet, UntilSettled, known
from calendar_sync.sync.blueprint import blueprint, clinic_of
from calendar_sync.sync.rewrite import rewrite


@blueprint.task(name="pick_up_link", retry=UntilSettled(), pass_context=True)
async def pick_up_link(context: JobContext, booking_id: int) -> None:
    """Put the link that the diary made into the event's text; see `pick_up`."""
    await pick_up(clinic_of(context), booking_id)


async def pick_up(clinic: Clinic, booking_id: int) -> None:
    """Keep the link and write it into the event; without one, the clinic's own room, or a flag.

    Raises NotYet while the link is being made, for five minutes, and when the diary does not know.
    """
    async with clinic.pool.connection() as conn:
        booked = await booking(conn, booking_id)
    if booked.state != "booked" or booked.event_id is None:
        return
    if booked.video_link is None:
        there = known(await clinic.calendar.find(booked.event_id))
        if there is None or there.cancelled:
            return
        async with clinic.pool.connection() as conn:
            if there.link_pending and await _is_new(conn, booking_id):
                why = "the video link is still being made"
                raise NotYet(why)
            await keep_link(conn, booking_id, there.link)
    await rewrite(clinic, booking_id)


async def _is_new(conn: AsyncConnection, booking_id: int) -> bool:
    """Confirmed within the last five minutes, by the database's clock."""
    rows = await conn.execute(
        "SELECT confirmed_at > now() - interval '5 minutes' FROM booking WHERE id = %s",
        [booking_id],
    )
    return await rows.fetchone() == (True,)
