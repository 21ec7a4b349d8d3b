"""The Calendar in Google Calendar.

What each failure leads to is in `google.errors`. Whatever Google answers that is not clearly an
answer to the request is Unknown; free/busy with a gap in it is never read as free.
"""

from collections.abc import Set as AbstractSet
from typing import Any
from zoneinfo import ZoneInfo

from calendar_sync.availability.span import Span, merged
from calendar_sync.calendars.contract import (
    CalendarEvent,
    Changed,
    Changes,
    Clash,
    CursorExpired,
    Event,
    Gone,
    Inserted,
    Refused,
    Unknown,
    Urgency,
    opens,
)
from calendar_sync.calendars.google.beside import find_beside, find_in
from calendar_sync.calendars.google.changes import changes_from
from calendar_sync.calendars.google.client import GoogleAccess
from calendar_sync.calendars.google.errors import RequestFailure
from calendar_sync.calendars.google.events import COLORS, body, event_from, times
from calendar_sync.calendars.google.free_busy import free_busy
from calendar_sync.calendars.google.listing import blocking, listed, pages, read
from calendar_sync.calendars.google.watch import GooglePush


class GoogleCalendar:
    """The Calendar contract over one screenings calendar and the calendars that block times."""

    def __init__(
        self,
        access: GoogleAccess,
        screenings: str,
        busy: tuple[str, ...],
        zone: ZoneInfo,
        *,
        writes_to_guests: bool = False,
    ) -> None:
        """`screenings` is written to; it and the calendars `busy` (at most 49) block times."""
        self._google = access
        self._updates = "all" if writes_to_guests else "none"
        self._calendar = screenings
        self._blocking = tuple(dict.fromkeys((screenings, *busy)))
        self._zone = zone

    def inviting(self, calendar: str) -> "GoogleCalendar":
        """The same account's calendar for invitations: Google emails the guests of its events."""
        return GoogleCalendar(self._google, calendar, (), self._zone, writes_to_guests=True)

    def beside(self, screenings: str, busy: tuple[str, ...]) -> "GoogleCalendar":
        """A colleague's calendars, of the same account."""
        return GoogleCalendar(self._google, screenings, busy, self._zone)

    def push_to(self, address: str) -> GooglePush:
        """Notifications of changes in the screenings calendar, to a public https address."""
        return GooglePush(self._google, self._calendar, address)

    async def busy(
        self, within: Span, *, besides: AbstractSet[str] = frozenset()
    ) -> tuple[Span, ...] | Unknown:
        """Free/busy of every calendar; the screenings calendar's events are listed if needed.

        Free/busy cannot leave out an event, nor does it show events that open a time.
        """
        busy = await free_busy(self._google, self._blocking, within)
        if isinstance(busy, Unknown):
            return busy
        screenings, *others = busy
        if screenings:
            listing = await listed(self._google, self._calendar, within, self._zone)
            if isinstance(listing, Unknown):
                return listing
            screenings = blocking(listing, screenings, besides)
        return merged([*screenings, *(span for calendar in others for span in calendar)], within)

    async def opened(self, within: Span) -> tuple[Span, ...] | Unknown:
        """Events with that title in the screenings calendar, each occurrence of recurring ones.

        One that is all day opens nothing: patients would be offered midnight.
        """
        listing = await listed(self._google, self._calendar, within, self._zone)
        if isinstance(listing, Unknown):
            return listing
        opening = (each for each in listing.events if opens(each.title) and not each.all_day)
        return merged([each.span for each in opening], within)

    async def insert(self, event: Event) -> Inserted | Clash | Unknown | Refused:
        """Insert with one request; without a video link if this account cannot make one."""
        resource = body(event, self._zone)
        answer = await self._insert(resource)
        if (
            isinstance(answer, RequestFailure)
            and answer.no_conference
            and resource.pop("conferenceData", None)
        ):
            answer = await self._insert(resource)
        if not isinstance(answer, RequestFailure):
            return read(answer, lambda inserted: Inserted(str(inserted["etag"])))
        if answer.kind == "exists":
            return await self._compare(event)
        if answer.kind in {"set-up", "missing", "invalid"}:
            return Refused(answer.why)
        return Unknown(answer.why, answer.wait)

    async def find(self, event_id: str) -> CalendarEvent | Unknown | None:
        """Read the event, a tombstone too. "Not found" counts only if the calendar is found."""
        found = await find_in(self._google, self._calendar, event_id, self._zone)
        if isinstance(found, RequestFailure):
            return Unknown(found.why, found.wait, no_calendar=found.kind == "missing")
        return found

    async def find_beside(self, event_id: str, at: Span | None) -> CalendarEvent | Unknown | None:
        """Ask each calendar that blocks times; free/busy of those that show us no events."""
        return await find_beside(self._google, self._blocking[1:], event_id, at, self._zone)

    async def rewrite(  # noqa: PLR0913  # each is one part of the event that may change
        self,
        event_id: str,
        etag: str,
        *,
        title: str | None = None,
        description: str | None = None,
        location: str | None = None,
        urgency: Urgency | None = None,
    ) -> CalendarEvent | Changed | Gone | Unknown:
        """Replace the given texts and the color."""
        texts = {"summary": title, "description": description, "location": location}
        given = {field: text for field, text in texts.items() if text is not None}
        if urgency in COLORS:
            given["colorId"] = COLORS[urgency]
        return await self._patch(event_id, etag, given)

    async def move(
        self, event_id: str, to: Span, etag: str
    ) -> CalendarEvent | Changed | Gone | Unknown:
        """Replace the time."""
        return await self._patch(event_id, etag, times(to, self._zone))

    async def cancel(self, event_id: str, etag: str) -> Gone | Changed | Unknown:
        """Delete it; an event that is already gone is Gone."""
        answer = await self._google.ask(
            lambda client: client.events().delete(
                calendarId=self._calendar, eventId=event_id, sendUpdates=self._updates
            ),
            etag=etag,
        )
        if not isinstance(answer, RequestFailure):
            return Gone()
        return await self._not_written(event_id, answer)

    async def changes(self, since: str | None) -> Changes | CursorExpired | Unknown:
        """An incremental sync, or the whole calendar; all pages or nothing."""
        query: dict[str, Any] = {"singleEvents": False, "maxResults": 2500}
        if since is not None:
            query["syncToken"] = since
        answer = await pages(self._google, self._calendar, query)
        if isinstance(answer, RequestFailure):
            # A token that Google cannot read at all is refused with 400, an old one with 410.
            if answer.kind == "gone" or (since is not None and answer.kind == "invalid"):
                return CursorExpired()
            return Unknown(answer.why, answer.wait)
        items, cursor = answer
        if cursor is None:
            return Unknown("Google sent no sync token")
        return await changes_from(items, cursor, self._zone, self.find)

    async def _insert(self, resource: dict[str, Any]) -> dict[str, Any] | RequestFailure:
        return await self._google.ask(
            lambda client: client.events().insert(
                calendarId=self._calendar,
                body=resource,
                sendUpdates=self._updates,
                conferenceDataVersion=1,
            )
        )

    async def _compare(self, event: Event) -> Inserted | Clash | Unknown:
        """The id is used: by this same event, by a cancelled one, or by another."""
        found = await self.find(event.id)
        if isinstance(found, Unknown):
            return found
        if found is None:
            return Unknown("Google says that the id is used, but does not show the event")
        if found.cancelled:
            return Clash("cancelled")
        if (found.booking_id, found.span) == (event.booking_id, event.span):
            return Inserted(found.etag)
        return Clash("foreign")

    async def _patch(
        self, event_id: str, etag: str, fields: dict[str, Any]
    ) -> CalendarEvent | Changed | Gone | Unknown:
        answer = await self._google.ask(
            lambda client: client.events().patch(
                calendarId=self._calendar,
                eventId=event_id,
                body=fields,
                sendUpdates=self._updates,
                conferenceDataVersion=1,
            ),
            etag=etag,
        )
        if isinstance(answer, RequestFailure):
            return await self._not_written(event_id, answer)
        written = read(answer, self._event)
        return Gone() if isinstance(written, CalendarEvent) and written.cancelled else written

    async def _not_written(self, event_id: str, answer: RequestFailure) -> Changed | Gone | Unknown:
        """Why a change was refused: somebody changed the event, or it is gone."""
        if answer.kind not in {"changed", "gone", "missing"}:
            return Unknown(answer.why, answer.wait)
        found = await self.find(event_id)
        if isinstance(found, Unknown):
            return found
        return Gone() if found is None or found.cancelled else Changed()

    def _event(self, resource: dict[str, Any]) -> CalendarEvent:
        return event_from(resource, self._zone)
