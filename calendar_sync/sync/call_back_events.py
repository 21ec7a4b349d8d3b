"""Call-back requests as events, so that staff see them in the same place as the screenings.

Such an event leaves its time free. All requests about one number share an event. Staff close them
by deleting the event or by writing "done" into its title; the event of a request that was closed
elsewhere is cancelled.
"""

from datetime import UTC, datetime, timedelta

from psycopg import AsyncConnection

from calendar_sync.availability.opening_hours import next_opening_time
from calendar_sync.availability.span import Span
from calendar_sync.bookings import call_backs
from calendar_sync.bookings.call_back import CallBack
from calendar_sync.bookings.call_back_entries import Entry, entries, half_day_words
from calendar_sync.bookings.descriptions import line_digest, with_line
from calendar_sync.bookings.event_text import call_line, event_id, last_four
from calendar_sync.calendars.contract import CalendarEvent, Clash, Event, Inserted, Unknown
from calendar_sync.clinic import Clinic

_LENGTH = timedelta(minutes=15)
_GRID = timedelta(minutes=30)
_RAISED_FOR = timedelta(hours=20)
"""An overdue call is brought up again after this long, so once each working day."""
_PROMISED_WITHIN = 30
"""Days: a line with a promise of this long ago, or until then, is replaced by the present one."""
_WHEN_DONE = 'When you have called, delete this event or write "done" into its title.'


async def show(clinic: Clinic) -> None:
    """Show each open request in an event; safe to run again after any crash."""
    async with clinic.pool.connection() as conn:
        found = await call_backs.open_requests(conn)
    for entry in entries(clinic.rules, found, clinic.now()):
        there = next((each for each in entry.requests if each.event_id and each.shown_at), None)
        if there is None:
            await _insert(clinic, entry)
        elif _needs_rewrite(entry, there, clinic.now()):
            await _rewrite(clinic, entry, str(there.event_id))


async def _insert(clinic: Clinic, entry: Entry) -> None:
    event = event_of(clinic, entry)
    async with clinic.pool.connection() as conn:
        # Before the insert: whatever happens to it, or to the request, the event is known.
        await call_backs.plan_event(conn, entry.ids, event.id)
    answer = await clinic.calendar.insert(event)
    if not isinstance(answer, Inserted | Clash):
        return
    # A clash: an earlier run inserted it; staff may have moved or deleted it since.
    found = await clinic.calendar.find(event.id)
    if isinstance(found, CalendarEvent) and _lacks_lines(clinic, entry, found):
        await _rewrite(clinic, entry, event.id)
        return
    async with clinic.pool.connection() as conn:
        await call_backs.mark_shown(conn, event.id)
        if isinstance(found, CalendarEvent):
            await close_if_done(conn, found)


def _needs_rewrite(entry: Entry, there: CallBack, now: datetime) -> bool:
    """Whether a reason was added, or the call is overdue and was not raised today."""
    raised = there.overdue_shown_at
    added = any(each.shown_at is None for each in entry.requests)
    return added or (entry.is_overdue and (raised is None or now - raised >= _RAISED_FOR))


async def _rewrite(clinic: Clinic, entry: Entry, own_event: str) -> None:
    """Add new reasons to the event, and bring an overdue one to the next open half hour.

    What staff wrote into it stays. If they have changed or deleted it meanwhile, the next run
    looks again: a request is only taken for shown after its reason was written.
    """
    found = await clinic.calendar.find(own_event)
    if not isinstance(found, CalendarEvent) or _is_closed(found):
        return
    wanted = event_of(clinic, entry)
    written = await clinic.calendar.rewrite(
        own_event,
        found.etag,
        title=wanted.title if found.title in _titles(entry) else found.title,
        description=_with_lines(clinic, entry, found.description),
        urgency=wanted.urgency,
    )
    if not isinstance(written, CalendarEvent):
        return
    if entry.is_overdue and written.span and written.span.end <= clinic.now():
        start = _half_hour(next_opening_time(clinic.rules, clinic.now()) or clinic.now())
        await clinic.calendar.move(own_event, Span(start, start + _LENGTH), written.etag)
    async with clinic.pool.connection() as conn, conn.transaction():
        await call_backs.plan_event(conn, entry.ids, own_event)
        await call_backs.mark_shown(conn, own_event)
        if entry.is_overdue:
            await call_backs.mark_overdue_shown(conn, entry.ids, clinic.now())


async def clear(clinic: Clinic) -> None:
    """Cancel the events of requests that were closed elsewhere, or have a newer event."""
    async with clinic.pool.connection() as conn:
        unneeded = await call_backs.unneeded_events(conn)
    for request_id, own_event, may_come in unneeded:
        found = await clinic.calendar.find(own_event)
        if isinstance(found, Unknown):
            return
        if found is None and may_come:
            continue
        if found is not None and not found.cancelled and not _says_done(found.title):
            await clinic.calendar.cancel(own_event, found.etag)
            continue  # the next run finds it cancelled
        async with clinic.pool.connection() as conn:
            await call_backs.forget_event(conn, request_id, own_event)


async def close_if_done(conn: AsyncConnection, event: CalendarEvent) -> None:
    """Close the event's requests if staff deleted it, or wrote "done" into its title."""
    if _is_closed(event):
        await call_backs.close_by_event(conn, event.event_id)


def event_of(clinic: Clinic, entry: Entry) -> Event:
    """The event of one caller's requests, at the next half hour in which the clinic is open.

    It is when the call was promised, or follows from when the first was asked, so a repeated
    insert is the same event.
    """
    first = entry.first
    wanted = max(first.asked_at, entry.promised.start) if entry.promised else first.asked_at
    start = _half_hour(next_opening_time(clinic.rules, wanted) or wanted)
    lines = [*_lines(clinic, entry), _WHEN_DONE]
    step = f"call-back {first.id} {first.asked_at.astimezone(UTC).isoformat()}"
    return Event(
        id=event_id(first.call_sid, step, 0),
        span=Span(start, start + _LENGTH),
        title=_titles(entry)[entry.is_overdue],
        description="\n".join(lines),
        booking_id=f"call-back-{first.id}",
        blocks=False,
        urgency="first" if entry.is_urgent else "soon" if entry.is_overdue else "usual",
    )


def _titles(entry: Entry) -> tuple[str, str]:
    """The title, and that of an overdue call."""
    whose = last_four(entry.number)
    return f"Call back{whose}", f"Overdue: call back{whose}"


def _lines(clinic: Clinic, entry: Entry) -> list[str]:
    lines = [call_line(entry.number, entry.language)]
    if entry.promised:
        lines.append(_promise_line(entry.promised.start, clinic))
    if clinic.detail == "full":
        lines += [f"WHY: {reason}" for reason in entry.reasons]
    return lines


def _with_lines(clinic: Clinic, entry: Entry, description: str) -> str:
    """The description with each line of ours; one that it lacks comes first, in their order."""
    numbers = {None, *(each.number for each in entry.requests)}
    calls = {call_line(number, language) for number in numbers for language in ("en", "es")}
    promises = {
        _promise_line(entry.promised.start + timedelta(days=days, hours=hours), clinic)
        for days in range(-_PROMISED_WITHIN, _PROMISED_WITHIN)
        for hours in (0, 12)
        if entry.promised
    }
    for line in reversed(_lines(clinic, entry)):
        same = next((each for each in (calls, promises) if line in each), {line})
        own = {line_digest(each) for each in same}
        description = with_line(description, line, own.__contains__)
    return description


def _lacks_lines(clinic: Clinic, entry: Entry, found: CalendarEvent) -> bool:
    """Whether it is an open event without a line that it should have."""
    written = _with_lines(clinic, entry, found.description)
    return not _is_closed(found) and written != found.description


def _promise_line(start: datetime, clinic: Clinic) -> str:
    return f"PROMISED: {half_day_words(start, clinic.rules.zone)}"


def _half_hour(at: datetime) -> datetime:
    """The next full or half hour, in UTC."""
    epoch = datetime.fromtimestamp(0, UTC)
    return epoch + -(-(at.astimezone(UTC) - epoch) // _GRID) * _GRID


def _is_closed(event: CalendarEvent) -> bool:
    return event.cancelled or _says_done(event.title)


def _says_done(title: str) -> bool:
    return "done" in title.casefold().replace(":", " ").split()
