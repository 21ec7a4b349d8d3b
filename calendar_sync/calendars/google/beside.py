"""Looks for an event that staff put into a calendar that only blocks times.

Google keeps its id there. We write nothing to such a calendar, and may not see its events at all:
https://developers.google.com/workspace/calendar/api/concepts/sharing.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from calendar_sync.availability.span import Span
from calendar_sync.calendars.contract import CalendarEvent, Unknown
from calendar_sync.calendars.google.client import GoogleAccess
from calendar_sync.calendars.google.errors import RequestFailure
from calendar_sync.calendars.google.events import event_from
from calendar_sync.calendars.google.free_busy import free_busy
from calendar_sync.calendars.google.listing import read

_AROUND = timedelta(hours=1)
_NOT_SHOWN = {"missing", "gone", "set-up"}


async def find_beside(
    google: GoogleAccess,
    calendars: Sequence[str],
    event_id: str,
    at: Span | None,
    zone: ZoneInfo,
) -> CalendarEvent | Unknown | None:
    """The live event in one of `calendars`; see the contract."""
    hidden = list[str]()
    for calendar in calendars:
        found = await _find_in(google, calendar, event_id, zone)
        if isinstance(found, CalendarEvent | Unknown):
            return found
        if found == "hidden":
            hidden.append(calendar)
    return await _filling(google, hidden, event_id, at) if at and hidden else None


async def _find_in(
    google: GoogleAccess, calendar: str, event_id: str, zone: ZoneInfo
) -> CalendarEvent | Unknown | Literal["hidden"] | None:
    found = await find_in(google, calendar, event_id, zone)
    if isinstance(found, CalendarEvent):
        return None if found.cancelled else replace(found, beside=True)
    if isinstance(found, RequestFailure):
        return "hidden" if found.kind in _NOT_SHOWN else Unknown(found.why, found.wait)
    return found


async def find_in(
    google: GoogleAccess, calendar: str, event_id: str, zone: ZoneInfo
) -> CalendarEvent | RequestFailure | Unknown | None:
    """Read an event, a tombstone too; None if the calendar shows events and never had it.

    A calendar that shows no events gives the same error as a missing event.
    """
    answer = await google.ask(
        lambda client: client.events().get(calendarId=calendar, eventId=event_id)
    )
    if not isinstance(answer, RequestFailure):
        return read(answer, lambda resource: event_from(resource, zone))
    if answer.kind not in {"missing", "gone"}:
        return answer
    shown = await google.ask(lambda client: client.events().list(calendarId=calendar, maxResults=1))
    return shown if isinstance(shown, RequestFailure) else None


async def _filling(
    google: GoogleAccess, hidden: Sequence[str], event_id: str, at: Span
) -> CalendarEvent | Unknown | None:
    """What fills exactly this time; a day off over it, for example, is something else."""
    around = Span(at.start - _AROUND, at.end + _AROUND)
    busy = await free_busy(google, tuple(hidden), around)
    if isinstance(busy, Unknown):
        return busy
    if not any(at in spans for spans in busy):
        return None
    return CalendarEvent(event_id, at, "", "", "", None, cancelled=False, etag="", beside=True)
