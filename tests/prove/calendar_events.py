"""Reads and writes events in the stand-in's calendars, as staff and the rules see them."""

from datetime import datetime
from typing import Any

ZONE = "America/Los_Angeles"


def is_call_back(event: dict[str, Any]) -> bool:
    """An event for a call-back."""
    return booking_of(event).startswith("call-back")


def is_visit(event: dict[str, Any]) -> bool:
    """An event for a visit; a note that a patient canceled one is no such event."""
    return booking_of(event).isdecimal()


def booking_of(event: dict[str, Any]) -> str:
    """The booking's number, as the line wrote it into the event."""
    return str(event.get("extendedProperties", {}).get("private", {}).get("booking_id", ""))


def time_of(when: datetime) -> dict[str, str]:
    """A time as a part of an event."""
    return {"dateTime": when.isoformat(), "timeZone": ZONE}
