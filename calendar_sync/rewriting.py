"""Bringing an event's text up to date without ever overwriting what staff wrote."""

from dataclasses import replace

from procrastinate import JobContext

from calendar_sync.blueprint import UntilSettled, blueprint, desk_of
from calendar_sync.booking import Booking, booking
from calendar_sync.desk import Desk
from calendar_sync.diary import Changed, Entry
from calendar_sync.event import event_for
from calendar_sync.faults import NotYet, known
from calendar_sync.settling import keep_etag


@blueprint.task(name="rewrite_event", retry=UntilSettled(), pass_context=True)
async def rewrite_event(context: JobContext, booking_id: int) -> None:
    """Bring the event's text up to date after consent to texts; see `rewrite`."""
    await rewrite(desk_of(context), booking_id)


async def rewrite(desk: Desk, booking_id: int) -> None:
    """Write the booking's present chart note into its event, if the old one still stands there.

    A description that staff have touched stays as they left it. Raises NotYet while the booking
    waits for its event, when the diary does not know, and when staff are just writing.
    """
    async with desk.pool.connection() as conn:
        booked = await booking(conn, booking_id)
    if booked.state == "held" and booked.confirmed_at is not None:
        why = "the event is not in the diary yet"
        raise NotYet(why)
    if booked.state != "booked" or booked.event_id is None:
        return
    there = known(await desk.diary.find(booked.event_id))
    wanted = _description(desk, booked)
    if there is None or there.cancelled or there.description == wanted:
        return
    # The version is the one we wrote last, or at least the text is the one we began with.
    if there.etag != booked.etag and there.description != _at_first(desk, booked):
        return
    answer = known(await desk.diary.rewrite(booked.event_id, there.etag, description=wanted))
    if isinstance(answer, Changed):
        why = "staff changed the event while its text was being brought up to date"
        raise NotYet(why)
    if isinstance(answer, Entry):
        async with desk.pool.connection() as conn:
            await keep_etag(conn, booking_id, answer.etag)


def _at_first(desk: Desk, booked: Booking) -> str:
    """The text that the event was inserted with, before the caller was asked about texts."""
    unasked = replace(booked, text_number=None, text_consent_at=None, text_wording=None)
    return _description(desk, unasked)


def _description(desk: Desk, booked: Booking) -> str:
    return event_for(
        booked, detail=desk.detail, zone=desk.rules.zone, video_url=desk.video_url
    ).description
