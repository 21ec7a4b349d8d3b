"""What staff do in the clinic's calendar on the page, through the Calendar interface.

As on Google's own page the last write wins: staff need not try again because the line has just
written into an event.
"""

from base64 import b32hexencode
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from secrets import token_bytes
from typing import Literal

from calendar_sync.availability.opening_hours import Rules
from calendar_sync.availability.span import Span
from calendar_sync.calendars.contract import Calendar, CalendarEvent, Event, Gone, Inserted
from voice.bootstrap import Line
from voice.simulator.page.calendar_block import clock, day_and_clock

Part = Literal["morning", "afternoon", "day"]
_NOON = time(12, 0)
_TITLE = "Blocked by staff"


@dataclass(frozen=True, slots=True)
class ActionResult:
    """What staff did, as a sentence; ``ok`` is False if nothing was done."""

    message: str
    ok: bool = True


_NOT_THERE = ActionResult("This event is not in the calendar any more.", ok=False)
_TRIES = 3
_NO_ANSWER = ActionResult("The calendar did not answer. Try again.", ok=False)


async def find(line: Line, event_id: str) -> CalendarEvent | None:
    """The event, in whichever therapist's calendar it is, or None if it is gone."""
    _, found = await _find(line, event_id)
    return found


async def _find(line: Line, event_id: str) -> tuple[Calendar, CalendarEvent | None]:
    for each in line.clinic.each:
        found = await each.calendar.find(event_id)
        if isinstance(found, CalendarEvent) and not found.cancelled:
            return each.calendar, found
    return line.clinic.calendar, None


async def move(line: Line, event_id: str, day: date, at: time) -> ActionResult:
    """Move the event to a local time; its length stays the same."""
    start = datetime.combine(day, at, line.settings.zone).astimezone(UTC)
    for _ in range(_TRIES):
        calendar, found = await _find(line, event_id)
        if found is None or found.span is None:
            return _NOT_THERE
        to = Span(start, start + (found.span.end - found.span.start))
        if to == found.span:
            return ActionResult("The event stays where it is.")
        if isinstance(await calendar.move(event_id, to, found.etag), CalendarEvent):
            local = start.astimezone(line.settings.zone)
            return ActionResult(f"Staff moved the event to {day_and_clock(local)}.")
    return _NO_ANSWER


async def delete(line: Line, event_id: str) -> ActionResult:
    """Delete the event."""
    for _ in range(_TRIES):
        calendar, found = await _find(line, event_id)
        if found is None:
            return _NOT_THERE
        if isinstance(await calendar.cancel(event_id, found.etag), Gone):
            return ActionResult("Staff deleted the event.")
    return _NO_ANSWER


async def block(line: Line, day: date, part: Part) -> ActionResult:
    """Block the open hours of a morning, an afternoon or a day with an event of staff."""
    span = _span(line.clinic.rules, day, part)
    if span is None:
        return ActionResult("The clinic is closed then.", ok=False)
    event_id = b32hexencode(token_bytes(20)).decode().lower()
    blocked = await line.clinic.calendar.insert(Event(event_id, span, _TITLE))
    if not isinstance(blocked, Inserted):
        return _NO_ANSWER
    zone = line.settings.zone
    start, end = span.start.astimezone(zone), span.end.astimezone(zone)
    return ActionResult(f"Staff blocked {day_and_clock(start)} to {clock(end)}.")


def _span(rules: Rules, day: date, part: Part) -> Span | None:
    """From the first to the last open minute; None if the clinic is closed."""
    noon = _NOON.hour * 60
    ranges = [] if day in rules.closed_dates else rules.hours.weekly[day.weekday()]
    if part == "morning":
        ranges = [(begin, min(end, noon)) for begin, end in ranges if begin < noon]
    elif part == "afternoon":
        ranges = [(max(begin, noon), end) for begin, end in ranges if end > noon]
    if not ranges:
        return None
    midnight = datetime.combine(day, time.min)
    start, end = (
        (midnight + timedelta(minutes=edge)).replace(tzinfo=rules.zone).astimezone(UTC)
        for edge in (ranges[0][0], ranges[-1][1])
    )
    return Span(start, end)
