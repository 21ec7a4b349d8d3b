"""Lists of events from Google, page by page, and reading its answers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from calendar_sync.availability.span import Span
from calendar_sync.calendars.contract import Unknown
from calendar_sync.calendars.google.client import GoogleAccess
from calendar_sync.calendars.google.errors import RequestFailure
from calendar_sync.calendars.google.events import span_of

T = TypeVar("T")
Resource = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Listed:
    """One occurrence of an event in the screenings calendar."""

    title: str
    event_id: str
    blocks: bool
    span: Span
    series: str = ""
    """The id of the recurring event that it is an occurrence of."""


async def listed(
    google: GoogleAccess, calendar: str, within: Span, zone: ZoneInfo
) -> list[Listed] | Unknown:
    """Every occurrence in the window that is not cancelled."""
    query = {
        "singleEvents": True,
        "timeMin": within.start.isoformat(),
        "timeMax": within.end.isoformat(),
        "maxResults": 2500,
    }
    items = await pages(google, calendar, query)
    if isinstance(items, RequestFailure):
        return Unknown(items.why, items.wait)
    return read({}, lambda _: [_listed(item, zone) for item in items[0] if _is_live(item)])


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
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        return Unknown(f"Google's answer could not be read: {type(error).__name__}")


def _list(calendar: str, query: Resource) -> Callable[[Any], Any]:
    return lambda client: client.events().list(calendarId=calendar, **query)


def _is_live(resource: Resource) -> bool:
    return bool(resource["status"] != "cancelled")


def _listed(resource: Resource, zone: ZoneInfo) -> Listed:
    blocks = resource.get("transparency") != "transparent"
    series = resource.get("recurringEventId", "")
    return Listed(
        resource.get("summary", ""), resource["id"], blocks, span_of(resource, zone), series
    )
