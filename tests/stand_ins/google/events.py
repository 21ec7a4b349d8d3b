"""The stand-in's events: insert, get, patch, delete. Lists are in `lists.py`."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any, Literal
from zoneinfo import ZoneInfo

from stand_ins.google.calendars import Calendar, Resource, complete, instant
from stand_ins.google.refusals import Refusal, broken, named, not_found


@dataclass
class Account:
    """The signed-in account; Google refuses service accounts some operations."""

    scopes: frozenset[str]
    is_service: bool = False


@dataclass(frozen=True)
class Mail:
    """An email to a guest."""

    to: str
    says: Literal["invited", "updated", "cancelled"]
    event: Resource


@dataclass
class World:
    """All calendars, and the stand-in's current behavior."""

    calendars: dict[str, Calendar] = field(default_factory=dict[str, Calendar])
    meets: Literal["later", "at once", "fail"] = "later"
    bare_tombstones: bool = True
    mail: list[Mail] = field(default_factory=list[Mail])
    page: int = 250
    """Source: reference of events.list: 250 by default; a page may be shorter, even empty."""

    def calendar(self, calendar_id: str, account: Account, *, write: bool = False) -> Calendar:
        """A calendar as the account may use it. Raises Refusal.

        Source: guide "Authorize requests": app.created and events.owned reach only calendars that
        the app made, or the account owns. What others answer is not documented: 404 here.
        """
        found = self.calendars.get(calendar_id)
        if found is None or found.role is None or found.role == "freeBusyReader":
            raise not_found()
        wide = account.scopes & {"calendar", "calendar.events"}
        owned = "calendar.events.owned" in account.scopes and found.role == "owner"
        made = "calendar.app.created" in account.scopes and found.made_by_app
        if not (wide or owned or made):
            raise not_found()
        if write and found.role not in {"owner", "writer"}:
            # Source: guide "Handle API errors".
            message = "You need to have writer access to this calendar."
            raise Refusal(403, "requiredAccessLevel", message)
        return found

    def write_to_guests(
        self, query: Resource, event: Resource, says: Literal["invited", "updated", "cancelled"]
    ) -> None:
        """Source: parameter sendUpdates of events.insert, patch, delete; nobody by default."""
        if query.get("sendUpdates") == "all":
            guests = event.get("attendees", ())
            self.mail += [Mail(guest["email"], says, event) for guest in guests]

    def finish_meets(self) -> None:
        """Make the links that were asked for. Source: guide "Create events", conferences."""
        for calendar in self.calendars.values():
            for event in list(calendar.events.values()):
                asked = event.get("conferenceData", {}).get("createRequest", {})
                if asked.get("status", {}).get("statusCode") == "pending":
                    calendar.put({**event, **conference(event["id"], self.meets)})


def conference(request_id: str, meets: str) -> Resource:
    """What an event holds of its conference. Source: reference of Events, conferenceData."""
    key = {"type": "hangoutsMeet"}
    code = {"later": "success", "at once": "success", "pending": "pending"}.get(meets, "failure")
    asked = {"requestId": request_id, "conferenceSolutionKey": key, "status": {"statusCode": code}}
    if code != "success":
        return {"conferenceData": {"createRequest": asked}}
    link = f"https://meet.google.com/{request_id[:3]}-{request_id[3:7]}-{request_id[7:10]}"
    ways = [
        {"entryPointType": "more", "uri": f"https://tel.meet/{request_id[:10]}"},
        {"entryPointType": "video", "uri": link, "label": link.removeprefix("https://")},
    ]
    data = {"createRequest": asked, "entryPoints": ways, "conferenceSolution": {"key": key}}
    return {"hangoutLink": link, "conferenceData": data}


def insert(
    world: World, account: Account, ids: Mapping[str, str], query: Resource, body: Resource
) -> Resource:
    """Source: reference of events.insert."""
    calendar = world.calendar(ids["calendarId"], account, write=True)
    event_id = body.get("id", "")
    # Source: Event.id in the discovery document; the message from reports.
    if not re.fullmatch(r"[a-v0-9]{5,1024}", event_id):
        raise broken("invalid", "Invalid resource id value.")
    if "iCalUID" in body:
        raise broken("invalid", "id and iCalUID are both given.")
    if event_id in calendar.events:
        raise named(409)
    new = complete({"status": "confirmed", **body})
    new.pop("conferenceData", None)
    _fits(calendar, account, new)
    new |= _conference(world, account, query, body)
    world.write_to_guests(query, new, "invited")
    return calendar.put(_shown(calendar, new))


def get(
    world: World, account: Account, ids: Mapping[str, str], query: Resource, body: None
) -> Resource:
    """Source: reference of events.get; a deleted event is still answered, as cancelled."""
    del query, body
    return world.calendar(ids["calendarId"], account).event(ids["eventId"])


def patch(
    world: World, account: Account, ids: Mapping[str, str], query: Resource, body: Resource
) -> Resource:
    """Source: guide "Performance tips", patch: objects merge, arrays replace, null removes.

    What a patch does to a deleted event is not documented: here it stays cancelled.
    """
    calendar = world.calendar(ids["calendarId"], account, write=True)
    there = calendar.event(ids["eventId"])
    _matches(there, query)
    new = _merged(there, {key: part for key, part in body.items() if key != "conferenceData"})
    _fits(calendar, account, new)
    new |= _conference(world, account, query, body)
    world.write_to_guests(query, new, "updated")
    return calendar.put(_shown(calendar, new))


def delete(
    world: World, account: Account, ids: Mapping[str, str], query: Resource, body: None
) -> None:
    """Source: reference of events.delete and of error 410: the second time it is gone."""
    del body
    calendar = world.calendar(ids["calendarId"], account, write=True)
    there = calendar.event(ids["eventId"])
    if there["status"] == "cancelled":
        raise named(410)
    _matches(there, query)
    world.write_to_guests(query, there, "cancelled")
    calendar.put({**there, "status": "cancelled"})


METHODS: dict[str, Callable[[World, Account, Mapping[str, str], Resource, Any], Any]] = {
    "events.insert": insert,
    "events.get": get,
    "events.patch": patch,
    "events.delete": delete,
}


def _matches(there: Resource, query: Resource) -> None:
    """Source: guide "Get specific versions of resources": If-Match, else 412."""
    wanted = query.get("If-Match")
    if wanted not in {None, "*", there["etag"]}:
        raise named(412)


def _fits(calendar: Calendar, account: Account, event: Resource) -> None:
    """Rules that the discovery document says only in words. Raises Refusal."""
    start, end = (instant(event[side], calendar.zone) for side in ("start", "end"))
    if end <= start:
        raise broken("timeRangeEmpty", "The specified time range is empty.")
    # Source: guide "Extended properties", limits.
    private = event.get("extendedProperties", {}).get("private", {})
    if any(len(key) > 44 or len(value) > 1024 for key, value in private.items()):
        raise broken("invalid", "Extended property is too long.")
    # Source: resource Colors: 1 to 11 for events.
    if event.get("colorId", "1") not in {str(number) for number in range(1, 12)}:
        raise broken("invalid", "Invalid color id.")
    if event.get("visibility", "default") not in {"default", "public", "private", "confidential"}:
        raise broken("invalid", "Invalid visibility.")
    if event.get("transparency", "opaque") not in {"opaque", "transparent"}:
        raise broken("invalid", "Invalid transparency.")
    # Source: reference of Events, attendees[].email; the message from reports.
    if any("@" not in guest.get("email", "") for guest in event.get("attendees", ())):
        raise broken("invalid", "Invalid attendee email.")
    if account.is_service and event.get("attendees"):
        # Source: spatie/laravel-google-calendar issue 242.
        raise Refusal(403, "forbiddenForServiceAccounts", "Service accounts cannot invite.")


def _conference(
    world: World, account: Account, query: Resource, body: Resource
) -> dict[str, Resource]:
    """Source: guide "Create events": ignored in silence without conferenceDataVersion=1."""
    asked = (body.get("conferenceData") or {}).get("createRequest")
    if asked is None or query.get("conferenceDataVersion") != 1:
        return {}
    if not asked.get("requestId"):
        raise broken("invalid", "Missing request id.")
    if account.is_service:
        # Source: google-api-nodejs-client issue 3052.
        raise Refusal(400, "invalid", "Invalid conference type value.")
    return conference(asked["requestId"], world.meets if world.meets == "at once" else "pending")


def _shown(calendar: Calendar, event: Resource) -> Resource:
    """Event times as returned: in the calendar's zone, whatever offset they were sent with."""
    for side in ("start", "end"):
        if "dateTime" in event[side]:
            at = instant(event[side], calendar.zone).astimezone(UTC)
            local = at.astimezone(ZoneInfo(calendar.zone)).isoformat()
            event = {**event, side: {**event[side], "dateTime": local}}
    return event


def _merged(there: Resource, new: Resource) -> Resource:
    merged = dict(there)
    for key, value in new.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict) and isinstance(merged.get(key), dict):
            merged[key] = _merged(merged[key], value)
        else:
            merged[key] = value
    return merged
