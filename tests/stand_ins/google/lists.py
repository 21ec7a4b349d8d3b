"""The stand-in's lists of events, with pages and sync tokens, and its free/busy answers."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from stand_ins.google.calendars import Calendar, Resource
from stand_ins.google.events import Account, World
from stand_ins.google.refusals import Refusal, broken

_NOT_WITH_SYNC = {
    "iCalUID", "orderBy", "privateExtendedProperty", "q", "sharedExtendedProperty", "timeMin",
    "timeMax", "updatedMin",
}  # fmt: skip
"""Source: syncToken of events.list in the discovery document."""


def list_events(
    world: World, account: Account, ids: Mapping[str, str], query: Resource, body: None
) -> Resource:
    """Source: reference of events.list and guide "Synchronize resources efficiently"."""
    del body
    calendar = world.calendar(ids["calendarId"], account)
    if query.get("orderBy") == "startTime" and not query.get("singleEvents"):
        raise broken("badRequest", "The requested ordering is not available for the query.")
    shape = {key: part for key, part in query.items() if key in {"singleEvents", "showDeleted"}}
    since = _since(calendar, query, shape)
    page = _unpack(query["pageToken"]) if "pageToken" in query else {"from": 0}
    top = page.get("top", max(calendar.changed.values(), default=0))
    found = [event for event in _asked(calendar, query, since, top) if _fits(event, query)]
    size = min(world.page, query.get("maxResults", 250))
    begin = page["from"]
    answer: Resource = {
        "kind": "calendar#events",
        "timeZone": calendar.zone,
        "items": [
            *calendar.odd,
            *(_bare(world, event, since) for event in found[begin : begin + size]),
        ],
    }
    if begin + size < len(found):
        answer["nextPageToken"] = _pack({"from": begin + size, "top": top})
    elif not _NOT_WITH_SYNC & query.keys():
        answer["nextSyncToken"] = _pack({"life": calendar.life, "at": top, "shape": shape})
    return answer


def _since(calendar: Calendar, query: Resource, shape: Resource) -> int | None:
    if "syncToken" not in query:
        return None
    if mixed := _NOT_WITH_SYNC & query.keys():
        raise broken("badRequest", f"Sync token cannot be used together with {sorted(mixed)}.")
    token = _unpack(query["syncToken"])
    if token.get("life") != calendar.life:
        # Source: the same guide; an unreadable token is answered alike, which we only assume.
        message = "Sync token is no longer valid, a full sync is required."
        raise Refusal(410, "fullSyncRequired", message)
    if token["shape"] != shape:
        raise broken("badRequest", "The parameters are not those of the initial request.")
    at: int = token["at"]
    return at


def _asked(calendar: Calendar, query: Resource, since: int | None, top: int) -> list[Resource]:
    """In the order of their changes; cancelled ones only in a sync or when asked for.

    Source: `showDeleted` of events.list: cancelled days of recurring events are listed without
    `singleEvents`, if those are not cancelled themselves.
    """
    known = [key for key, number in calendar.changed.items() if number <= top]
    order = sorted(known, key=calendar.changed.__getitem__)
    events = [calendar.event(key) for key in order]
    if since is not None:
        return [event for event in events if calendar.changed[event["id"]] > since]
    live = {event["id"] for event in events if event["status"] != "cancelled"}
    if not query.get("singleEvents"):
        live |= {e["id"] for e in events if e.get("recurringEventId") in live}
    events = [e for e in events if query.get("showDeleted") or e["id"] in live]
    return [each for e in events for each in _instances(calendar, e, query)]


def _instances(calendar: Calendar, event: Resource, query: Resource) -> list[Resource]:
    """The event, or each of its occurrences; within timeMin and timeMax, both exclusive."""
    low = datetime.fromisoformat(query.get("timeMin", "1970-01-01T00:00:00+00:00"))
    high = datetime.fromisoformat(query.get("timeMax", "2999-01-01T00:00:00+00:00"))
    times = [(start, end) for start, end in calendar.times(event) if end > low and start < high]
    if not event.get("recurrence") or not query.get("singleEvents"):
        return [event] if times else []
    return [
        {
            **{key: part for key, part in event.items() if key != "recurrence"},
            "id": f"{event['id']}_{start:%Y%m%dT%H%M%SZ}",
            "recurringEventId": event["id"],
            "originalStartTime": {"dateTime": start.isoformat()},
            "start": {"dateTime": start.isoformat()},
            "end": {"dateTime": end.isoformat()},
        }
        for start, end in times
    ]


def _fits(event: Resource, query: Resource) -> bool:
    words = query.get("q", "").casefold()
    private = event.get("extendedProperties", {}).get("private", {})
    return words in str(event.get("summary", "")).casefold() and all(
        private.get(key) == value
        for key, _, value in (
            each.partition("=") for each in query.get("privateExtendedProperty", [])
        )
    )


def _bare(world: World, event: Resource, since: int | None) -> Resource:
    """A deleted event as it is only sure to be.

    Source: reference of Events, `status`: its id; of one occurrence also its series and its time.
    """
    bare = since is not None or "recurringEventId" in event
    if not bare or event["status"] != "cancelled" or not world.bare_tombstones:
        return event
    kept = ("id", "status", "recurringEventId", "originalStartTime")
    return {key: event[key] for key in kept if key in event}


def free_busy(
    world: World, account: Account, ids: Mapping[str, str], query: Resource, body: Resource
) -> Resource:
    """Source: reference of freebusy.query. Not clipped and not merged: nothing promises either.

    Transparent and cancelled events are absent (reference of Events, transparency); whether
    declined ones are busy is not documented: here they are.
    """
    del account, ids, query
    low, high = (
        datetime.fromisoformat(body[key]).astimezone(UTC) for key in ("timeMin", "timeMax")
    )
    if high <= low:
        raise broken("timeRangeEmpty", "The specified time range is empty.")
    if high - low > timedelta(days=60):
        # Google's own limit is not documented and longer; see cal.com issue 11696.
        raise broken("timeRangeTooLong", "The requested time range is too long.")
    if len(body["items"]) > 50:
        raise broken("tooManyCalendarsRequested", "Too many calendars requested.")
    calendars: Resource = {}
    for item in body["items"]:
        calendar = world.calendars.get(item["id"])
        if calendar is None or calendar.role is None:
            missing = [{"domain": "global", "reason": "notFound"}]
            calendars[item["id"]] = {"errors": missing, "busy": []}
        else:
            calendars[item["id"]] = {"busy": _busy(calendar, low, high)}
    return {"kind": "calendar#freeBusy", "timeMin": body["timeMin"], "calendars": calendars}


def _busy(calendar: Calendar, low: datetime, high: datetime) -> list[Resource]:
    return [
        {"start": f"{start:%Y-%m-%dT%H:%M:%SZ}", "end": f"{end:%Y-%m-%dT%H:%M:%SZ}"}
        for event in calendar.live()
        if event.get("transparency") != "transparent"
        for start, end in calendar.times(event)
        if end > low and start < high
    ]


def make_calendar(
    world: World, account: Account, ids: Mapping[str, str], query: Resource, body: Resource
) -> Resource:
    """Source: reference of calendars.insert."""
    del account, ids, query
    made = f"c_{len(world.calendars) + 1:04}@group.calendar.google.com"
    zone = body.get("timeZone", "UTC")
    world.calendars[made] = Calendar(made, zone, made_by_app=True, name=body["summary"])
    return {"kind": "calendar#calendar", "id": made, "summary": body["summary"], "timeZone": zone}


def list_calendars(
    world: World, account: Account, ids: Mapping[str, str], query: Resource, body: None
) -> Resource:
    """Source: reference of calendarList.list; a page may be short, so here it has two."""
    del account, ids, body
    listed = [each for each in world.calendars.values() if each.role is not None]
    begin = int(query.get("pageToken", "0"))
    items = [
        {
            "id": each.id,
            "summary": each.name or each.id,
            "accessRole": each.role,
            "timeZone": each.zone,
            **({"primary": True} if each.primary else {}),
        }
        for each in listed[begin : begin + 2]
    ]
    more = {"nextPageToken": str(begin + 2)} if begin + 2 < len(listed) else {}
    return {"kind": "calendar#calendarList", "items": items, **more}


METHODS: dict[str, Callable[[World, Account, Mapping[str, str], Resource, Any], Any]] = {
    "events.list": list_events,
    "freebusy.query": free_busy,
    "calendars.insert": make_calendar,
    "calendarList.list": list_calendars,
}


def _pack(parts: Resource) -> str:
    return urlsafe_b64encode(json.dumps(parts).encode()).decode()


def _unpack(token: str) -> Resource:
    try:
        parts: Resource = json.loads(urlsafe_b64decode(token))
    except ValueError:
        return {"life": None, "from": 0}
    return parts
