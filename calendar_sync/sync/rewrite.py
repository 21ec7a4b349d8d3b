"""Updating an event's text without ever overwriting what staff wrote."""

from procrastinate import JobContext

from calendar_sync.bookings.booking import Booking, booking
from calendar_sync.bookings.descriptions import with_line
from calendar_sync.bookings.event_state import is_ours, is_warning, store_etag, store_written
from calendar_sync.bookings.event_text import ask_first_line, event_for, warning_line
from calendar_sync.calendars.contract import CalendarEvent, Changed
from calendar_sync.clinic import Clinic
from calendar_sync.retry import NotYet, UntilSettled, known
from calendar_sync.sync.blueprint import blueprint, clinic_of


@blueprint.task(name="rewrite_event", retry=UntilSettled(), pass_context=True)
async def rewrite_event(context: JobContext, booking_id: int) -> None:
    """Update the text of a booking's event, such as after consent to texts; see `rewrite`."""
    await rewrite(clinic_of(context), booking_id)


async def rewrite(clinic: Clinic, booking_id: int, event: CalendarEvent | None = None) -> None:
    """Write the booking's present text into its event, if an older one of ours is there.

    `event` is the booking's, if it was read just now. A description that staff have changed stays
    as it is; only our line that asks them to check something is put before it, replaced or removed.
    Raises NotYet while the booking waits for its event, if the calendar does not know, and if staff
    change the event at the same time.
    """
    async with clinic.pool.connection() as conn:
        booked = await booking(conn, booking_id)
    clinic = clinic.of(booked.clinician_id)
    if booked.state == "held" and booked.confirmed_at is not None:
        why = "the event is not in the calendar yet"
        raise NotYet(why)
    if booked.state != "booked" or booked.event_id is None:
        return
    event = event or known(await clinic.calendar.find(booked.event_id))
    if event is None or event.cancelled:
        return
    description, location = _wanted(clinic, booked, event)
    if (description, location) == (event.description, event.location):
        return
    ours = is_ours(booked, event.description)
    if ours:
        # Stored first: if we die after writing, the text is still known as ours.
        async with clinic.pool.connection() as conn:
            await store_written(conn, booking_id, description)
    answer = known(
        await clinic.calendar.rewrite(
            booked.event_id,
            event.etag,
            description=description,
            location=location,
            urgency="soon" if ours and _newly_flagged(clinic, event, description) else None,
        )
    )
    if isinstance(answer, Changed):
        why = "staff changed the event while its text was being updated"
        raise NotYet(why)
    if isinstance(answer, CalendarEvent):
        async with clinic.pool.connection() as conn:
            await store_etag(conn, booking_id, answer.etag)
            if ours and answer.description != description:
                await store_written(conn, booking_id, answer.description)


def _newly_flagged(clinic: Clinic, found: CalendarEvent, description: str) -> bool:
    """Whether only the new text says what to ask first: then the event gets its color, once."""
    mark = ask_first_line("", clinic.chart_labels)
    return mark in description and mark not in found.description


def _wanted(clinic: Clinic, booked: Booking, found: CalendarEvent) -> tuple[str, str]:
    """Description and location as they should be; staff's own words win."""
    ours = event_for(clinic, booked)
    rooms = {one.video_url for one in clinic.clinicians}
    own_places = {"", clinic.video_url, booked.video_link, *rooms}
    location = ours.location if found.location in own_places else found.location
    if is_ours(booked, found.description):
        return ours.description, location
    warning = warning_line(booked.warning) if booked.warning else ""
    return with_line(found.description, warning, lambda line: is_warning(booked, line)), location
