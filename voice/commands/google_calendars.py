"""The calendars of the Google account that signed in, by name.

Source: https://developers.google.com/workspace/calendar/api/v3/reference/calendarList/list
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

from calendar_sync.calendars.google.client import GoogleAccess
from calendar_sync.calendars.google.errors import RequestFailure

_PAGES = 20


@dataclass(frozen=True, slots=True)
class Listed:
    """A calendar in the account's list."""

    id: str
    name: str
    primary: bool
    zone: str
    can_write: bool


async def calendars(access: GoogleAccess) -> list[Listed] | RequestFailure:
    """Every calendar in the list, the primary one first, then by name."""
    found: list[Listed] = []
    page: str | None = None
    for _ in range(_PAGES):
        said = await access.ask(partial(_request, page))
        if isinstance(said, RequestFailure):
            return said
        found += [_read(each) for each in said.get("items", [])]
        page = said.get("nextPageToken")
        if not page:
            break
    return sorted(found, key=lambda each: (not each.primary, each.name.casefold()))


async def first_event(access: GoogleAccess, calendar: str) -> dict[str, Any] | RequestFailure:
    """The calendar's first event with what the list says of the calendar, or why not."""
    return await access.ask(lambda google: google.events().list(calendarId=calendar, maxResults=1))


def _request(page: str | None, google: Any) -> Any:  # noqa: ANN401  # untyped client
    return google.calendarList().list(maxResults=250, pageToken=page)


def _read(item: dict[str, Any]) -> Listed:
    return Listed(
        id=str(item["id"]),
        name=str(item.get("summaryOverride") or item.get("summary") or item["id"]),
        primary=bool(item.get("primary")),
        zone=str(item.get("timeZone") or ""),
        can_write=item.get("accessRole") in {"owner", "writer"},
    )
