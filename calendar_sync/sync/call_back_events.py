"""Call-back requests as events, so that staff see them in the same place as the screenings.

Such an event leaves its time free. Several requests of one caller share an event. Staff close them
by deleting the event or by writing "done" into its title; the event of a request that was closed
elsewhere is cancelled.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from psycopg import AsyncConnection

from calendar_sync.availability.opening_hours import next_opening_time
from calendar_sync.availability.span import Span
from calendar_sync.bookings import call_backs
from calendar_sync.bookings.call_backs import CallBack
from calendar_sync.bookings.event_text import event_id, grouped_number
from calendar_sync.calendars.contract import CalendarEvent, Clash, Event, Inserted, Unknown
from calendar_sync.clinic import Clinic

_LENGTH = timedelta(minutes=15)
_GRID = timedelta(minutes=30)


async def show(clinic: Clinic) -> None:
    """Insert an event for open requests that have none; safe to run again after any crash."""
    by_call: dict[str, list[CallBack]] = {}
    async with clinic.pool.connection() as conn:
        for request in await call_backs.open_requests(conn):
            if request.shown_at is None:
                by_call.setdefault(request.call_sid, []).append(request)
    for requests in by_call.values():
        event = event_of(clinic, requests)
        async with clinic.pool.connection() as conn:
            # Before the insert: whatever happens to it, or to the request, the event is known.
            await call_backs.plan_event(conn, [request.id for request in requests], event.id)
        answer = await clinic.calendar.insert(event)
        if isinstance(answer, Inserted | Clash):
            # A clash: an earlier run inserted it; staff may have moved or deleted it since.
            async with clinic.pool.connection() as conn:
                await call_backs.mark_shown(conn, event.id)
                found = await clinic.calendar.find(event.id)
                if isinstance(found, CalendarEvent):
                    await close_if_done(conn, found)


async def clear(clinic: Clinic) -> None:
    """Cancel the events of requests that were closed elsewhere, or have a newer event."""
    async with clinic.pool.connection() as conn:
        unneeded = await call_backs.unneeded_events(conn)
    for request_id, own_event in unneeded:
        found = await clinic.calendar.find(own_event)
        if isinstance(found, Unknown):
            return
        if found is not None and not found.cancelled and not _says_done(found.title):
            await clinic.calendar.cancel(own_event, found.etag)
            continue  # the next run finds it cancelled
        async with clinic.pool.connection() as conn:
            await call_backs.forget_event(conn, request_id, own_event)


async def close_if_done(conn: AsyncConnection, event: CalendarEvent) -> None:
    """Close the event's requests if staff deleted it, or wrote "done" into its title."""
    if event.cancelled or _says_done(event.title):
        await call_backs.close_by_event(conn, event.event_id)


def event_of(clinic: Clinic, requests: Sequence[CallBack]) -> Event:
    """The event of one caller's requests, at the next half hour in which the clinic is open.

    The time follows from when the first was asked, so a repeated insert is the same event.
    """
    first = requests[0]
    start = _half_hour(next_opening_time(clinic.rules, first.asked_at) or first.asked_at)
    caller = next((request.number for request in requests if request.number), None)
    last_four = f" ··{caller[-4:]}" if caller else ""
    language = {"es": " (speaks Spanish)"}.get(first.language, "")
    number = grouped_number(caller) if caller else "no number was given"
    lines = [f"CALL: {number}{language}"]
    if clinic.detail == "full":
        lines += [f"WHY: {request.reason}" for request in requests]
    lines.append('When you have called, delete this event or write "done" into its title.')
    step = f"call-back {first.id} {first.asked_at.astimezone(UTC).isoformat()}"
    return Event(
        id=event_id(first.call_sid, step, 0),
        span=Span(start, start + _LENGTH),
        title=f"Call back{last_four}",
        description="\n".join(lines),
        booking_id=f"call-back-{first.id}",
        blocks=False,
        urgency="first" if any(request.is_urgent for request in requests) else "usual",
    )


def _half_hour(at: datetime) -> datetime:
    """The next full or half hour, in UTC."""
    epoch = datetime.fromtimestamp(0, UTC)
    return epoch + -(-(at.astimezone(UTC) - epoch) // _GRID) * _GRID


def _says_done(title: str) -> bool:
    return "done" in title.casefold().replace(":", " ").split()
