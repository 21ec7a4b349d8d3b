"""Call-back requests as events, so that staff see them in the same place as the screenings.

Such an event leaves its time free. Who is to be called for two reasons at once has one event. Staff
close the request by deleting the event or by writing "done" into its title; a request that was
closed elsewhere takes its event along.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from psycopg import AsyncConnection

from calendar_sync.availability.opening_hours import next_opening_time
from calendar_sync.availability.span import Span
from calendar_sync.bookings import call_backs
from calendar_sync.bookings.call_backs import CallBack
from calendar_sync.bookings.event_text import event_id, spoken_number
from calendar_sync.calendars.contract import CalendarEvent, Clash, Event, Inserted, Unknown
from calendar_sync.clinic import Clinic

_LENGTH = timedelta(minutes=15)
_GRID = timedelta(minutes=30)


async def show(clinic: Clinic) -> None:
    """Put an event in for open requests that have none; safe to run again after any crash."""
    missing: dict[str, list[CallBack]] = {}
    async with clinic.pool.connection() as conn:
        for each in await call_backs.open_requests(conn):
            if each.shown_at is None:
                missing.setdefault(each.call_sid, []).append(each)
    for requests in missing.values():
        event = event_of(clinic, requests)
        answer = await clinic.calendar.insert(event)
        if isinstance(answer, Inserted | Clash):
            # A clash: staff deleted or moved it before we had kept it; either way they saw it.
            async with clinic.pool.connection() as conn:
                await call_backs.keep_event(conn, [each.id for each in requests], event.id)
                there = await clinic.calendar.find(event.id)
                if isinstance(there, CalendarEvent):
                    await was_closed(conn, there)


async def clear(clinic: Clinic) -> None:
    """Take the events of requests that were closed elsewhere out of the calendar."""
    async with clinic.pool.connection() as conn:
        closed = await call_backs.closed_with_event(conn)
    for request, event in closed:
        there = await clinic.calendar.find(event)
        if isinstance(there, Unknown):
            return
        if there is not None and not there.cancelled and not _done(there.title):
            await clinic.calendar.cancel(event, there.etag)
            continue  # seen as gone the next time
        async with clinic.pool.connection() as conn:
            await call_backs.forget_event(conn, request)


async def was_closed(conn: AsyncConnection, entry: CalendarEvent) -> None:
    """Staff deleted the event of a request, or wrote "done" into its title."""
    if entry.cancelled or _done(entry.title):
        await call_backs.close_by_event(conn, entry.event_id)


def event_of(clinic: Clinic, requests: Sequence[CallBack]) -> Event:
    """The event of one caller's requests, at the next half hour in which the clinic is open.

    The time is found from when the first was asked, so a repeated insert is the same event.
    """
    request = requests[0]
    start = _half_hour(next_opening_time(clinic.rules, request.asked_at) or request.asked_at)
    caller = next((each.number for each in requests if each.number), None)
    last_four = f" ··{caller[-4:]}" if caller else ""
    language = {"es": " (speaks Spanish)"}.get(request.language, "")
    number = spoken_number(caller) if caller else "no number was given"
    lines = [f"CALL: {number}{language}"]
    if clinic.detail == "full":
        lines += [f"WHY: {each.reason}" for each in requests]
    lines.append('When you have called, delete this event or write "done" into its title.')
    step = f"call-back {request.id} {request.asked_at.astimezone(UTC).isoformat()}"
    return Event(
        id=event_id(request.call_sid, step, 0),
        span=Span(start, start + _LENGTH),
        title=f"Call back{last_four}",
        description="\n".join(lines),
        booking_id=f"call-back-{request.id}",
        blocks=False,
        urgency="first" if any("safety" in each.reason for each in requests) else "usual",
    )


def _half_hour(at: datetime) -> datetime:
    """The next full or half hour, in UTC."""
    epoch = datetime.fromtimestamp(0, UTC)
    return epoch + -(-(at.astimezone(UTC) - epoch) // _GRID) * _GRID


def _done(title: str) -> bool:
    return "done" in title.casefold().replace(":", " ").split()
