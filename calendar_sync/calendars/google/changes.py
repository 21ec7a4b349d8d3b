"""Reads a list of changed events item by item: one that cannot be read does not hide the others."""

from collections.abc import Awaitable, Callable
from typing import Any, cast
from zoneinfo import ZoneInfo

from calendar_sync.calendars.contract import CalendarEvent, Changes, Unknown, Unreadable
from calendar_sync.calendars.google.events import event_from, storable
from calendar_sync.calendars.google.listing import UNREADABLE, Resource

Find = Callable[[str], Awaitable[CalendarEvent | Unknown | None]]


async def changes_from(items: list[Resource], cursor: str, zone: ZoneInfo, find: Find) -> Changes:
    """The items as events; one that cannot be read is read by itself with `find`.

    If that fails too it is set aside. A deleted event may have lost its id as well as its times.
    """
    latest: dict[str, CalendarEvent | Unreadable] = {}
    for item in items:
        read = _read(item, zone)
        if isinstance(read, Unreadable) and read.event_id:
            found = await find(read.event_id)
            if found is None:
                read = _deleted(read.event_id)
            elif isinstance(found, CalendarEvent):
                read = found
        latest[read.event_id] = read
    return Changes(
        tuple(each for each in latest.values() if isinstance(each, CalendarEvent)),
        cursor,
        tuple(each for each in latest.values() if isinstance(each, Unreadable)),
    )


def _read(item: Any, zone: ZoneInfo) -> CalendarEvent | Unreadable:  # noqa: ANN401  # JSON of any shape
    try:
        return event_from(item, zone)
    except UNREADABLE:
        pass
    fields = cast("Resource", item) if isinstance(item, dict) else {}
    event_id, title = (fields.get(name) for name in ("id", "summary"))
    return Unreadable(*(storable(t) if isinstance(t, str) else "" for t in (event_id, title)))


def _deleted(event_id: str) -> CalendarEvent:
    return CalendarEvent(event_id, None, "", "", "", None, cancelled=True, etag="")
