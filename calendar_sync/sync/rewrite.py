"""Bringing an event's text up to date without ever overwriting what staff wrote."""

from procrastinate import JobContext

from calendar_sync.bookings.booking import Booking, booking
from calendar_sync.bookings.event_state import keep_etag, keep_written
from calendar_sync.bookings.event_text import WARNING, digest, event_for, warning_line
from calendar_sync.calendars.contract import CalendarEvent, Changed
from calendar_sync.clinic import Clinic
from calendar_sync.retry import NotYet, UntilSettled, known
from calendar_sync.sync.blueprint import blueprint, clinic_of


@blueprint.task(name="rewrite_event", retry=UntilSettled(), pass_context=True)
async def rewrite_event(context: JobContext, booking_id: int) -> None:
    """Bring the event's text up to date, such as after consent to texts; see `rewrite`."""
    await rewrite(clinic_of(context), booking_id)


async def rewrite(clinic: Clinic, booking_id: int) -> None:
    """Write the booking's present chart note into its event, if an older one of ours stands there.

    A description that staff have touched stays as they left it; only the line that asks them to
    check something is put before it, or taken away again. Raises NotYet while the booking waits
    for its event, when the diary does not know, and when staff are just writing.
    """
    async with clinic.pool.connection() as conn:
        booked = await booking(conn, booking_id)
    if booked.state == "held" and booked.confirmed_at is not None:
        why = "the event is not in the diary yet"
        raise NotYet(why)
    if booked.state != "booked" or booked.event_id is None:
        return
    there = known(await clinic.calendar.find(booked.event_id))
    if there is None or there.cancelled:
        return
    description, location = _wanted(clinic, booked, there)
    if (description, location) == (there.description, there.location):
        return
    ours = digest(there.description) in booked.written
    if ours:
        # Kept first: if we die after writing, the text is still known as ours.
        async with clinic.pool.connection() as conn:
            await keep_written(conn, booking_id, description)
    answer = known(
        await clinic.calendar.rewrite(
            booked.event_id, there.etag, description=description, location=location
        )
    )
    if isinstance(answer, Changed):
        why = "staff changed the event while its text was being brought up to date"
        raise NotYet(why)
    if isinstance(answer, CalendarEvent):
        async with clinic.pool.connection() as conn:
            await keep_etag(conn, booking_id, answer.etag)
            if ours:
                await keep_written(conn, booking_id, answer.description)


def _wanted(clinic: Clinic, booked: Booking, there: CalendarEvent) -> tuple[str, str]:
    """Description and location as they should be; staff's own words come first."""
    event = event_for(clinic, booked)
    own_places = {"", clinic.video_url, booked.video_link}
    location = event.location if there.location in own_places else there.location
    if digest(there.description) in booked.written:
        return event.description, location
    first, _, rest = there.description.partition("\n")
    kept = rest if first.startswith(WARNING) else there.description
    if booked.warning:
        kept = f"{warning_line(booked.warning)}\n{kept}"
    return kept, location
