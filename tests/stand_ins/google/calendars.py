"""The calendars that the stand-in keeps, and what people do in them on Google's own page."""

import itertools
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from stand_ins.google.refusals import broken, not_found

Resource = dict[str, Any]
_changes = itertools.count(1)
_made = itertools.count(1)


@dataclass
class Calendar:
    """One calendar. `role` is what our account may do there; None: not shared with it."""

    id: str
    zone: str = "America/Los_Angeles"
    role: str | None = "owner"
    made_by_app: bool = False
    name: str = ""
    primary: bool = False
    events: dict[str, Resource] = field(default_factory=dict[str, Resource])
    changed: dict[str, int] = field(default_factory=dict[str, int])
    life: int = 1
    """Sync tokens of another life have expired."""
    odd: list[Any] = field(default_factory=list[Any])
    """Items that are no proper events, in each of its lists."""

    def put(self, event: Resource) -> Resource:
        """Keep a new version of an event: another etag, the newest place among the changes."""
        number = next(_changes)
        # Source: "etag" and "updated" of the reference of Events; their form is opaque.
        event["etag"] = f'"{3_181_161_784_712_000 + number * 2}"'
        event["updated"] = f"2026-11-30T16:00:00.{number % 1000:03}Z"
        self.events[event["id"]] = event
        self.changed[event["id"]] = number
        return event

    def event(self, event_id: str) -> Resource:
        """An event, tombstones and days too; a day of a deleted one is deleted. Raises Refusal.

        That such a day is listed among the changes is not documented: here it is not.
        """
        event = self.events.get(event_id) or self._day(event_id)
        series = self.events.get(event.get("recurringEventId", ""))
        if series is None or series["status"] != "cancelled":
            return event
        return {**event, "status": "cancelled", "etag": series["etag"]}

    def live(self) -> list[Resource]:
        """Events that are not cancelled."""
        events = [self.event(event_id) for event_id in self.events]
        return [event for event in events if event["status"] != "cancelled"]

    def times(self, event: Resource) -> list[tuple[datetime, datetime]]:
        """When an event takes place, without the days that have an event of their own.

        Source: guide "Recurring events", "Exceptions".
        """
        if "recurrence" not in event:
            return occurrences(event, self.zone)
        alone = {
            instant(each["originalStartTime"], self.zone)
            for each in self.events.values()
            if each.get("recurringEventId") == event["id"]
        }
        return [each for each in occurrences(event, self.zone) if each[0] not in alone]

    def _day(self, event_id: str) -> Resource:
        """A day of a recurring event as its series has it. Raises Refusal."""
        series_id = event_id.rpartition("_")[0]
        series = self.events.get(series_id, {})
        for day in range(len(occurrences(series, self.zone)) if "recurrence" in series else 0):
            one = self._as_planned(series_id, day)
            if one["id"] == event_id:
                return one
        raise not_found()

    def _as_planned(self, series_id: str, day: int) -> Resource:
        """Source: reference of Events, `recurringEventId`, `originalStartTime`."""
        series = self.events[series_id]
        begin, finish = (self._shown(at) for at in occurrences(series, self.zone)[day])
        return {
            **{key: part for key, part in series.items() if key != "recurrence"},
            "id": f"{series_id}_{instant(begin, self.zone):%Y%m%dT%H%M%SZ}",
            "recurringEventId": series_id,
            "originalStartTime": begin,
            "start": begin,
            "end": finish,
        }

    # What staff do.

    def add(self, start: str, end: str, title: str = "Busy", **more: Any) -> str:  # noqa: ANN401  # fields of an event
        """An event made on Google's page: local times, or dates for all day; its id."""
        event_id = f"staff{next(_made):05}"
        times = {"start": self._time(start), "end": self._time(end)}
        new = {"id": event_id, "status": "confirmed", "summary": title, **times, **more}
        self.put(complete(new))
        return event_id

    def drag(self, event_id: str, start: str, end: str) -> None:
        """Staff drag an event to another time, or its edge."""
        self.edit(event_id, start=self._time(start), end=self._time(end))

    def edit(self, event_id: str, **fields: Any) -> None:  # noqa: ANN401  # fields of an event
        """Staff change an event."""
        self.put({**self.events[event_id], **fields})

    def delete(self, event_id: str) -> None:
        """Staff delete an event: it stays as a tombstone under its id."""
        self.put({**self.events[event_id], "status": "cancelled"})

    def change_day(self, event_id: str, start: str = "", end: str = "", day: int = 0) -> str:
        """Staff drag one day of a recurring event, or delete it: "only this event"; its id.

        Source: reference of Events, `status`.
        """
        one = self._as_planned(event_id, day)
        times = {"start": self._time(start), "end": self._time(end)} if start else {}
        one |= {**times, "status": "confirmed" if start else "cancelled"}
        return str(self.put(one)["id"])

    def change_rest(self, event_id: str, day: int, start: str = "", end: str = "") -> str:
        """Staff drag a later day of a recurring event, or delete it: "this and following events".

        The id of the new series, which nothing ties to the former one; "" if they delete them.
        Source: guide "Recurring events", "Modifying all following instances"; the form of the id is
        not documented: reports show it like this.
        """
        series = self.events[event_id]
        [rule] = series["recurrence"]
        frequency, _, count = rule.partition(";COUNT=")
        begin = occurrences(series, self.zone)[day][0]
        self.edit(event_id, recurrence=[f"{frequency};COUNT={day}"])
        if not start:
            return ""
        new_id = f"{event_id.partition('_')[0]}_R{begin:%Y%m%dT%H%M%S}"
        times = {"start": self._time(start), "end": self._time(end)}
        rest = [f"{frequency};COUNT={int(count) - day}"]
        self.put({**series, "id": new_id, "recurrence": rest, **times})
        return new_id

    def restore(self, event_id: str) -> None:
        """Staff press undo, or fetch the event from the bin."""
        self.put({**self.events[event_id], "status": "confirmed"})

    def hand_over(self, event_id: str, to: "Calendar") -> None:
        """Staff choose another calendar for an event: it keeps its id and stays as a tombstone.

        Source: guide "Events", "Moving events between calendars".
        """
        event = dict(self.events[event_id])
        self.delete(event_id)
        etag = event["etag"]
        to.put(event)["etag"] = etag  # whether it changes is not documented; this is the harder way

    def _shown(self, at: datetime) -> Resource:
        local = at.astimezone(ZoneInfo(self.zone)).isoformat()
        return {"dateTime": local, "timeZone": self.zone}

    def _time(self, text: str) -> Resource:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            return {"date": text}
        local = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(self.zone))
        return {"dateTime": local.isoformat(), "timeZone": self.zone}


def complete(event: Resource) -> Resource:
    """The fields that Google adds. Source: reference of Events."""
    return {
        "kind": "calendar#event",
        "htmlLink": f"https://www.google.com/calendar/event?eid={event['id']}",
        "created": "2026-11-30T16:00:00.000Z",
        "creator": {"email": "line@example.org"},
        "organizer": {"email": "line@example.org", "self": True},
        "iCalUID": f"{event['id']}@google.com",
        "sequence": 0,
        "eventType": "default",
        **event,
    }


def instant(when: Resource, zone: str) -> datetime:
    """A start or an end in UTC; all-day dates begin at midnight in the calendar's zone.

    Source: guide "Events", "Date and time"; a time without offset needs a zone. Raises Refusal.
    """
    if ("date" in when) == ("dateTime" in when):
        raise broken("invalid", "Invalid start time.")
    if "date" in when:
        midnight = datetime.combine(date.fromisoformat(when["date"]), time.min)
        return midnight.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    read = datetime.fromisoformat(when["dateTime"])
    if read.tzinfo is None:
        if "timeZone" not in when:
            raise broken("required", "Missing time zone definition for start time.")
        read = read.replace(tzinfo=ZoneInfo(when["timeZone"]))
    return read.astimezone(UTC)


def occurrences(event: Resource, zone: str) -> list[tuple[datetime, datetime]]:
    """When an event takes place; of rules only daily and weekly ones with COUNT are known.

    Source: guide "Recurring events": expanded along the wall clock of the event's zone.
    """
    start, end = instant(event["start"], zone), instant(event["end"], zone)
    every = [(start, end)]
    for rule in event.get("recurrence", []):
        found = re.fullmatch(r"RRULE:FREQ=(DAILY|WEEKLY);COUNT=(\d+)", rule)
        if not found:
            raise broken("invalid", "Invalid recurrence rule.")
        days = 7 if found[1] == "WEEKLY" else 1
        local = start.astimezone(ZoneInfo(event["start"].get("timeZone", zone)))
        for number in range(1, int(found[2])):
            begins = (local + timedelta(days=days * number)).astimezone(UTC)
            every.append((begins, begins + (end - start)))
    return every
