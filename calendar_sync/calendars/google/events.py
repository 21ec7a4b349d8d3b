"""An event as Google writes it, and back; pure."""

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from calendar_sync.availability.span import Span
from calendar_sync.calendars.contract import CalendarEvent, Event

BOOKING = "booking_id"
_COLOURS = {"soon": "6", "first": "11"}
"""Google's tangerine and tomato. Set once, with the insert: a colour that staff give stays."""


def body(event: Event, zone: ZoneInfo) -> dict[str, Any]:
    """The body of the one insert; `private` keeps details from readers, not from writers."""
    made: dict[str, Any] = {
        "id": event.id,
        "summary": event.title,
        "description": event.description,
        "location": event.location,
        **times(event.span, zone),
        "visibility": "private",
        "transparency": "opaque" if event.blocks else "transparent",
        "reminders": {"useDefault": False, "overrides": []},
    }
    if event.booking_id is not None:
        made["extendedProperties"] = {"private": {BOOKING: event.booking_id}}
    if event.urgency in _COLOURS:
        made["colorId"] = _COLOURS[event.urgency]
    if event.guest is not None:
        made["attendees"] = [{"email": event.guest}]
        made["guestsCanInviteOthers"] = False
    if event.wants_link:
        key = {"type": "hangoutsMeet"}
        made["conferenceData"] = {
            "createRequest": {"requestId": event.id, "conferenceSolutionKey": key}
        }
    return made


def times(span: Span, zone: ZoneInfo) -> dict[str, Any]:
    """Start and end, with offset and with the zone's name."""
    return {
        side: {"dateTime": at.astimezone(zone).isoformat(), "timeZone": zone.key}
        for side, at in (("start", span.start), ("end", span.end))
    }


def entry(said: dict[str, Any], zone: ZoneInfo) -> CalendarEvent:
    """What Google says of an event. Raises KeyError or ValueError when it is not one."""
    cancelled = said["status"] == "cancelled"
    span = None if cancelled and "start" not in said else span_of(said, zone)
    conference = said.get("conferenceData", {})
    asked = conference.get("createRequest", {}).get("status", {}).get("statusCode")
    ways = conference.get("entryPoints", [])
    links = [way["uri"] for way in ways if way.get("entryPointType") == "video"]
    return CalendarEvent(
        event_id=said["id"],
        span=span,
        title=said.get("summary", ""),
        description=said.get("description", ""),
        location=said.get("location", ""),
        booking_id=said.get("extendedProperties", {}).get("private", {}).get(BOOKING),
        cancelled=cancelled,
        etag=said["etag"],
        link=links[0] if links else said.get("hangoutLink", ""),
        link_pending=asked == "pending",
        all_day="date" in said.get("start", {}),
        repeats=bool(said.get("recurrence")),
    )


def span_of(said: dict[str, Any], zone: ZoneInfo) -> Span:
    """When it takes place; an all-day event from midnight to midnight in the calendar's zone."""
    return Span(instant(said["start"], zone), instant(said["end"], zone))


def instant(said: dict[str, Any], zone: ZoneInfo) -> datetime:
    """A start or an end in UTC. Raises ValueError for a time without offset."""
    if "date" in said:
        midnight = datetime.combine(date.fromisoformat(said["date"]), time.min)
        return midnight.replace(tzinfo=zone).astimezone(UTC)
    return moment(said["dateTime"])


def moment(text: str) -> datetime:
    """An RFC 3339 time in UTC. Raises ValueError when it has no offset."""
    read = datetime.fromisoformat(text)
    if read.tzinfo is None:
        message = "a time without offset"
        raise ValueError(message)
    return read.astimezone(UTC)
