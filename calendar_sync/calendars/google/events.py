"""Our events as Google's resources, and back; pure."""

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from calendar_sync.availability.span import Span
from calendar_sync.calendars.contract import CalendarEvent, Event

BOOKING = "booking_id"
COLORS = {"soon": "6", "first": "11"}
"""Google's tangerine and tomato; set by the insert, or by an answer that came after it."""


def body(event: Event, zone: ZoneInfo) -> dict[str, Any]:
    """The body of an insert; "private" hides details from readers, not from writers."""
    resource: dict[str, Any] = {
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
        resource["extendedProperties"] = {"private": {BOOKING: event.booking_id}}
    if event.urgency in COLORS:
        resource["colorId"] = COLORS[event.urgency]
    if event.guest is not None:
        resource["attendees"] = [{"email": event.guest}]
        resource["guestsCanInviteOthers"] = False
    if event.wants_link:
        key = {"type": "hangoutsMeet"}
        resource["conferenceData"] = {
            "createRequest": {"requestId": event.id, "conferenceSolutionKey": key}
        }
    return resource


def times(span: Span, zone: ZoneInfo) -> dict[str, Any]:
    """Start and end, with the offset and the zone's name."""
    return {
        side: {"dateTime": at.astimezone(zone).isoformat(), "timeZone": zone.key}
        for side, at in (("start", span.start), ("end", span.end))
    }


def event_from(resource: dict[str, Any], zone: ZoneInfo) -> CalendarEvent:
    """The event of a resource. Raises KeyError or ValueError if it is none."""
    cancelled = resource["status"] == "cancelled"
    span = None if cancelled and "start" not in resource else span_of(resource, zone)
    conference = resource.get("conferenceData", {})
    link_status = conference.get("createRequest", {}).get("status", {}).get("statusCode")
    entry_points = conference.get("entryPoints", [])
    links = [entry["uri"] for entry in entry_points if entry.get("entryPointType") == "video"]
    return CalendarEvent(
        event_id=resource["id"],
        span=span,
        title=resource.get("summary", ""),
        description=resource.get("description", ""),
        location=resource.get("location", ""),
        booking_id=resource.get("extendedProperties", {}).get("private", {}).get(BOOKING),
        cancelled=cancelled,
        etag=resource["etag"],
        link=links[0] if links else resource.get("hangoutLink", ""),
        link_pending=link_status == "pending",
        all_day="date" in resource.get("start", {}),
        repeats=bool(resource.get("recurrence")),
    )


def span_of(resource: dict[str, Any], zone: ZoneInfo) -> Span:
    """When it takes place; an all-day event lasts from midnight to midnight in `zone`."""
    return Span(instant(resource["start"], zone), instant(resource["end"], zone))


def instant(resource: dict[str, Any], zone: ZoneInfo) -> datetime:
    """A start or an end in UTC. Raises ValueError for a time without an offset."""
    if "date" in resource:
        midnight = datetime.combine(date.fromisoformat(resource["date"]), time.min)
        return midnight.replace(tzinfo=zone).astimezone(UTC)
    return parse_time(resource["dateTime"])


def parse_time(text: str) -> datetime:
    """An RFC 3339 time in UTC. Raises ValueError if it has no offset."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        message = "a time without an offset"
        raise ValueError(message)
    return at.astimezone(UTC)
