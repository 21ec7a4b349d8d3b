"""Lists of Google's events, in pages, and what can be read in an answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from calendar_sync.availability.span import Span
from calendar_sync.calendars.contract import Unknown
from calendar_sync.calendars.google.client import GoogleAccess
from calendar_sync.calendars.google.errors import Trouble
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
    """The id of the event that it repeats."""


async def listed(
    google: GoogleAccess, calendar: str, within: Span, zone: ZoneInfo
) -> list[Listed] | Unknown:
    """Every occurrence in the window that is not cancelled."""
    asked = {
        "singleEvents": True,
        "timeMin": within.start.isoformat(),
        "timeMax": within.end.isoformat(),
        "maxResults": 2500,
    }
    said = await pages(google, calendar, asked)
    if isinstance(said, Trouble):
        return Unknown(said.why, said.wait)
    return read({}, lambda _: [_listed(each, zone) for each in said[0] if _stands(each)])


async def pages(
    google: GoogleAccess, calendar: str, asked: Resource
) -> tuple[list[Resource], str | None] | Trouble:
    """All items of a list, and its sync token. A page may be empty and not be the last."""
    items: list[Resource] = []
    more: Resource = dict(asked)
    while True:
        said = await google.ask(_list(calendar, dict(more)))
        if isinstance(said, Trouble):
            return said
        if not isinstance(said.get("items"), list):
            return Trouble("unknown", "a list of Google without items")
        items += said["items"]
        if said.get("nextPageToken") is None:
            return items, said.get("nextSyncToken")
        more["pageToken"] = said["nextPageToken"]


def read(said: Resource | Trouble, reading: Callable[[Resource], T]) -> T | Unknown:
    """What an answer says, or Unknown when it does not say it."""
    if isinstance(said, Trouble):
        return Unknown(said.why, said.wait)
    try:
        return reading(said)
    except (KeyError, ValueError, TypeError, AttributeError) as doubt:
        return Unknown(f"Google's answer could not be read: {type(doubt).__name__}")


def _list(calendar: str, asked: Resource) -> Callable[[Any], Any]:
    return lambda client: client.events().list(calendarId=calendar, **asked)


def _stands(said: Resource) -> bool:
    return bool(said["status"] != "cancelled")


def _listed(said: Resource, zone: ZoneInfo) -> Listed:
    blocks = said.get("transparency") != "transparent"
    series = said.get("recurringEventId", "")
    return Listed(said.get("summary", ""), said["id"], blocks, span_of(said, zone), series)
