"""Our events as Google's resources, and back; pure."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from calendar_sync.availability.span import Span
from calendar_sync.calendars.contract import CalendarEvent, Event

BOOKING = "booking_id"
_MINUTE = timedelta(minutes=1)
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
    """The event of a resource. Raises KeyError, TypeError or ValueError if it cannot be read.

    Of a deleted event only the id is sure to be there (Google's reference of Events, `status`).
    Texts and links that are not what they should be count as missing.
    """
    cancelled = resource.get("status") == "cancelled"
    conference = _part(resource, "conferenceData")
    link_status = _part(_part(conference, "createRequest"), "status").get("statusCode")
    return CalendarEvent(
        event_id=_id(resource),
        span=_span_of_deleted(resource, zone) if cancelled else span_of(resource, zone),
        title=_text(resource, "summary"),
        description=_text(resource, "description"),
        location=_text(resource, "location"),
        booking_id=_text(_part(_part(resource, "extendedProperties"), "private"), BOOKING) or None,
        cancelled=cancelled,
        etag=_text(resource, "etag") if cancelled else str(resource["etag"]),
        link=_video_link(conference) or _text(resource, "hangoutLink"),
        link_pending=link_status == "pending",
        all_day="date" in _part(resource, "start"),
        first_day="" if cancelled else _first_day(resource, zone),
        series=_text(resource, "recurringEventId"),
        planned=planned_start(resource, zone),
    )


def _id(resource: dict[str, Any]) -> str:
    event_id = resource["id"]
    if not isinstance(event_id, str) or not event_id:
        message = "an event without an id"
        raise ValueError(message)
    return storable(event_id)


def _first_day(resource: dict[str, Any], zone: ZoneInfo) -> str:
    """Form of the id: events.list with singleEvents shows it so; the reference does not say it."""
    if not resource.get("recurrence"):
        return ""
    begins = resource["start"]
    if "date" in begins:
        return f"{_id(resource)}_{date.fromisoformat(begins['date']):%Y%m%d}"
    return f"{_id(resource)}_{instant(begins, zone):%Y%m%dT%H%M%SZ}"


def _span_of_deleted(resource: dict[str, Any], zone: ZoneInfo) -> Span | None:
    try:
        return span_of(resource, zone)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return None


def planned_start(resource: dict[str, Any], zone: ZoneInfo) -> datetime | None:
    """When an occurrence of a recurring event would begin by its series; None of other events."""
    try:
        return instant(resource["originalStartTime"], zone)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return None


def _part(resource: dict[str, Any], name: str) -> dict[str, Any]:
    """An object within a resource; empty if it is missing or of another kind."""
    part = resource.get(name)
    return cast("dict[str, Any]", part) if isinstance(part, dict) else {}


def _text(resource: dict[str, Any], name: str) -> str:
    text = resource.get(name)
    return storable(text) if isinstance(text, str) else ""


def storable(text: str) -> str:
    """Without what no database takes: NUL, and half a surrogate pair, such as of a cut emoji."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _video_link(conference: dict[str, Any]) -> str:
    entries = conference.get("entryPoints")
    videos = [
        _text(cast("dict[str, Any]", entry), "uri")
        for entry in (entries if isinstance(entries, list) else [])
        if isinstance(entry, dict) and entry.get("entryPointType") == "video"
    ]
    return videos[0] if videos else ""


def span_of(resource: dict[str, Any], zone: ZoneInfo) -> Span:
    """When it takes place; an all-day event lasts from midnight to midnight in `zone`.

    An event without length, which Google's page shows like any other, lasts a minute.
    """
    start, end = instant(resource["start"], zone), instant(resource["end"], zone)
    return Span(start, max(end, start + _MINUTE) if end >= start else end)


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
