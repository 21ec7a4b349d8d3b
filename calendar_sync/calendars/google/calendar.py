"""The Calendar in Google Calendar.

What each failure leads to stands in `google_faults`. Whatever Google says that is not plainly an
answer to the question is Unknown; free/busy with a hole in it is never read as free.
"""

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
    opens,
)
from calendar_sync.calendars.google.client import GoogleAccess
from calendar_sync.calendars.google.errors import Trouble
from calendar_sync.calendars.google.events import body, entry, times
from calendar_sync.calendars.google.free_busy import free_busy
from calendar_sync.calendars.google.listing import listed, pages, read
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
        """The same account's calendar of invitations: Google writes to the guests of its events."""
        return GoogleCalendar(self._google, calendar, (), self._zone, writes_to_guests=True)

    def push_to(self, address: str) -> GooglePush:
        """Messages of changes in the screenings calendar, to a public https address."""
        return GooglePush(self._google, self._calendar, address)

    async def busy(self, within: Span, *, besides: str | None = None) -> tuple[Span, ...] | Unknown:
        """Free/busy of every calendar; the screenings calendar is listed where that is not enough.

        It is not enough to leave one event out, nor to see events that open a time.
        """
        found = await free_busy(self._google, self._blocking, within)
        if isinstance(found, Unknown):
            return found
        screenings, *others = found
        if screenings:
            events = await listed(self._google, self._calendar, within, self._zone)
            if isinstance(events, Unknown):
                return events
            if besides is not None or any(opens(each.title) for each in events):
                screenings = [
                    each.span
                    for each in events
                    if each.blocks
                    and not opens(each.title)
                    and besides not in {each.event_id, each.series}
                ]
        return merged([*screenings, *(span for each in others for span in each)], within)

    async def opened(self, within: Span) -> tuple[Span, ...] | Unknown:
        """Events of that title in the screenings calendar, each occurrence of recurring ones."""
        events = await listed(self._google, self._calendar, within, self._zone)
        if isinstance(events, Unknown):
            return events
        return merged([each.span for each in events if opens(each.title)], within)

    async def insert(self, event: Event) -> Inserted | Clash | Unknown | Refused:
        """One request with everything in it; without a link if this account cannot have one."""
        made = body(event, self._zone)
        said = await self._insert(made)
        if isinstance(said, Trouble) and said.no_conference and made.pop("conferenceData", None):
            said = await self._insert(made)
        if not isinstance(said, Trouble):
            return read(said, lambda answer: Inserted(str(answer["etag"])))
        if said.kind == "exists":
            return await self._compare(event)
        if said.kind in {"set-up", "missing", "invalid"}:
            return Refused(said.why)
        return Unknown(said.why, said.wait)

    async def find(self, event_id: str) -> CalendarEvent | Unknown | None:
        """The event, tombstones too. Not found counts only while the calendar itself is found."""
        said = await self._google.ask(
            lambda google: google.events().get(calendarId=self._calendar, eventId=event_id)
        )
        if isinstance(said, Trouble) and said.kind in {"missing", "gone"}:
            reachable = await self._reachable()
            return reachable if isinstance(reachable, Unknown) else None
        return read(said, self._entry)

    async def rewrite(
        self,
        event_id: str,
        etag: str,
        *,
        title: str | None = None,
        description: str | None = None,
        location: str | None = None,
    ) -> CalendarEvent | Changed | Gone | Unknown:
        """New texts."""
        texts = {"summary": title, "description": description, "location": location}
        given = {field: text for field, text in texts.items() if text is not None}
        return await self._patch(event_id, etag, given)

    async def move(
        self, event_id: str, to: Span, etag: str
    ) -> CalendarEvent | Changed | Gone | Unknown:
        """A new time."""
        return await self._patch(event_id, etag, times(to, self._zone))

    async def cancel(self, event_id: str, etag: str) -> Gone | Changed | Unknown:
        """Delete it, telling nobody; an event that is gone already is gone."""
        said = await self._google.ask(
            lambda google: google.events().delete(
                calendarId=self._calendar, eventId=event_id, sendUpdates=self._updates
            ),
            etag=etag,
        )
        if not isinstance(said, Trouble):
            return Gone()
        return await self._not_written(event_id, said)

    async def changes(self, since: str | None) -> Changes | CursorExpired | Unknown:
        """An incremental sync, or the whole calendar; every page of it, or nothing."""
        asked: dict[str, Any] = {"singleEvents": False, "maxResults": 2500}
        if since is not None:
            asked["syncToken"] = since
        said = await pages(self._google, self._calendar, asked)
        if isinstance(said, Trouble):
            # A token that Google cannot read at all is refused with 400, an old one with 410.
            if said.kind == "gone" or (since is not None and said.kind == "invalid"):
                return CursorExpired()
            return Unknown(said.why, said.wait)
        items, cursor = said
        if cursor is None:
            return Unknown("Google gave no sync token")
        newest = read({}, lambda _: {each["id"]: self._entry(each) for each in items})
        return newest if isinstance(newest, Unknown) else Changes(tuple(newest.values()), cursor)

    async def _insert(self, made: dict[str, Any]) -> dict[str, Any] | Trouble:
        return await self._google.ask(
            lambda google: google.events().insert(
                calendarId=self._calendar,
                body=made,
                sendUpdates=self._updates,
                conferenceDataVersion=1,
            )
        )

    async def _compare(self, event: Event) -> Inserted | Clash | Unknown:
        """The id is used: by this very event, by a cancelled one, or by another."""
        there = await self.find(event.id)
        if isinstance(there, Unknown):
            return there
        if there is None:
            return Unknown("Google says that the id is used, and does not show the event")
        if there.cancelled:
            return Clash("cancelled")
        if (there.booking_id, there.span) == (event.booking_id, event.span):
            return Inserted(there.etag)
        return Clash("foreign")

    async def _patch(
        self, event_id: str, etag: str, fields: dict[str, Any]
    ) -> CalendarEvent | Changed | Gone | Unknown:
        said = await self._google.ask(
            lambda google: google.events().patch(
                calendarId=self._calendar,
                eventId=event_id,
                body=fields,
                sendUpdates=self._updates,
                conferenceDataVersion=1,
            ),
            etag=etag,
        )
        if isinstance(said, Trouble):
            return await self._not_written(event_id, said)
        written = read(said, self._entry)
        return Gone() if isinstance(written, CalendarEvent) and written.cancelled else written

    async def _not_written(self, event_id: str, said: Trouble) -> Changed | Gone | Unknown:
        """Why a change was refused: somebody changed the event, or it is no more."""
        if said.kind not in {"changed", "gone", "missing"}:
            return Unknown(said.why, said.wait)
        there = await self.find(event_id)
        if isinstance(there, Unknown):
            return there
        return Gone() if there is None or there.cancelled else Changed()

    async def _reachable(self) -> Unknown | None:
        """None when the calendar answers: it says "not found" of itself in the same words."""
        said = await self._google.ask(
            lambda google: google.events().list(calendarId=self._calendar, maxResults=1)
        )
        return Unknown(said.why, said.wait) if isinstance(said, Trouble) else None

    def _entry(self, said: dict[str, Any]) -> CalendarEvent:
        return entry(said, self._zone)
