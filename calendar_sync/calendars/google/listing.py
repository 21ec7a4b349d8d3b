"""Lists of events from Google, page by page, and reading its answers."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from calendar_sync.availability.span import Span, without
from calendar_sync.calendars.contract import Unknown, opens
from calendar_sync.calendars.google.client import GoogleAccess
from calendar_sync.calendars.google.errors import RequestFailure
from calendar_sync.calendars.google.events import planned_start, span_of

T = TypeVar("T")
Resource = dict[str, Any]

UNREADABLE = (KeyError, ValueError, TypeError, AttributeError, OverflowError)
"""What reading an answer raises that is not what the reference says."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One occurrence of an event in the screenings calendar."""

    title: str
    event_id: str
    blocks: bool
    span: Span
    series: str = ""
    """The id of the recurring event that it is an occurrence of."""
    all_day: bool = False
    planned: datetime | None = None
    """When it would begin by its series."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The occurrences that could be read; `complete` tells whether that is all of them."""

    events: tuple[Listed, ...]
    complete: bool


async def listed(
    google: GoogleAccess, calendar: str, within: Span, zone: ZoneInfo
) -> Listing | Unknown:
    """Every occurrence in the window that is not cancelled and can be read."""
    query = {
        "singleEvents": True,
        "timeMin": within.start.isoformat(),
        "timeMax": within.end.isoformat(),
        "maxResults": 2500,
    }
    items = await pages(google, calendar, query)
    if isinstance(items, RequestFailure):
        return Unknown(items.why, items.wait)
    each = [read({}, partial(_listed, item, zone)) for item in items[0]]
    events = tuple(event for event in each if isinstance(event, Listed))
    return Listing(events, complete=not any(isinstance(event, Unknown) for event in each))


def blocking(listing: Listing, busy: list[Span], besides: AbstractSet[str]) -> list[Span]:
    """The busy times `busy` of a calendar, but for opened times and the events `besides`.

    Of a recurring event that is only its first occurrence here. With an event in it that cannot be
    read, only free/busy knows when that is.
    """
    apart: list[Span] = []
    blocks: list[Span] = []
    seen: set[str] = set()
    for event in sorted(listing.events, key=lambda each: each.planned or each.span.start):
        is_first = event.series not in seen
        seen.add(event.series)
        if (
            opens(event.title)
            or event.event_id in besides
            or (is_first and event.series in besides)
        ):
            apart.append(event.span)
        elif event.blocks:
            blocks.append(event.span)
    if not besides and not apart:
        return busy
    return blocks if listing.complete else [*blocks, *without(busy, apart)]


async def pages(
    google: GoogleAccess, calendar: str, query: Resource
) -> tuple[list[Resource], str | None] | RequestFailure:
    """All items of a list, and its sync token. A page may be empty and not be the last."""
    items: list[Resource] = []
    page_query: Resource = dict(query)
    while True:
        answer = await google.ask(_list(calendar, dict(page_query)))
        if isinstance(answer, RequestFailure):
            return answer
        if not isinstance(answer.get("items"), list):
            return RequestFailure("unknown", "Google's list has no items")
        items += answer["items"]
        if answer.get("nextPageToken") is None:
            return items, answer.get("nextSyncToken")
        page_query["pageToken"] = answer["nextPageToken"]


def read(answer: Resource | RequestFailure, reading: Callable[[Resource], T]) -> T | Unknown:
    """What `reading` makes of an answer, or Unknown if it cannot be read."""
    if isinstance(answer, RequestFailure):
        return Unknown(answer.why, answer.wait)
    try:
        return reading(answer)
    except UNREADABLE as error:
        return Unknown(f"Google's answer could not be read: {type(error).__name__}")


def _list(calendar: str, query: Resource) -> Callable[[Any], Any]:
    return lambda client: client.events().list(calendarId=calendar, **query)


def _listed(resource: Resource, zone: ZoneInfo, _: Resource) -> Listed | None:
    """None for a cancelled event, and for one without length, which takes no time."""
    if resource.get("status") == "cancelled" or resource["start"] == resource["end"]:
        return None
    return Listed(
        str(resource.get("summary", "")),
        resource["id"],
        resource.get("transparency") != "transparent",
        span_of(resource, zone),
        resource.get("recurringEventId", ""),
        all_day="date" in resource["start"],
        planned=planned_start(resource, zone),
    )
