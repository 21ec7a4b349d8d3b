"""Staff and recurring events: they make visits recur, change one day or the rest, open times.

A visit that was made recurring is its first day. Once that day was changed by itself, its own event
is the visit's; all other days are staff's.
"""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from prove.calendar_events import ZONE, is_visit
from stand_ins.google.calendars import Calendar, instant, occurrences

DEEDS = {"again": 2, "day": 3, "rest": 1, "opening": 1, "night": 2}
"""How often each is done, as in `staff.DEEDS`. `again`: a visit is made to recur. `day`: one of its
days is moved or deleted, `rest`: all from one on. `opening`: some nights are opened, `night`: one
of them is moved or deleted."""
OPENING = "Open for screenings"
_RULES = ("RRULE:FREQ=WEEKLY;COUNT=3", "RRULE:FREQ=DAILY;COUNT=3")
_DELETED = 0.3
"""The share of changes that are deletions."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A time that staff opened, and from when until when that was so; None: it still is."""

    calendar: str
    start: datetime
    end: datetime
    made_at: datetime


@dataclass
class Recurring:
    """Makes one such edit at a time; None if there is nothing to do it to.

    `first` has the event of the first day of each visit that was changed by itself.
    """

    calendars: list[Calendar]
    chance: random.Random
    first: dict[str, str] = field(default_factory=dict[str, str])
    opened: list[Opened] = field(default_factory=list[Opened])

    def is_the_visit(self, event: dict[str, Any]) -> bool:
        """Whether it is a visit's own event, not another day of it."""
        if not is_visit(event) or event["id"] in self.first:
            return False
        is_other = "recurringEventId" in event or "_R" in event["id"]
        return not is_other or event["id"] in self.first.values()

    def edit(self, deed: str) -> list[dict[str, Any]]:
        """Do it; the events that staff wrote."""
        match deed:
            case "opening":
                return [self._open()]
            case "night":
                return self._change_opening()
            case _:
                wanted = deed != "again"
                fit = [
                    (calendar, event)
                    for calendar in self.calendars
                    for event in calendar.live()
                    if is_visit(event)
                    and "recurringEventId" not in event
                    and ("recurrence" in event) is wanted
                ]
                return self._change(deed, *self.chance.choice(fit)) if fit else []

    def _change(self, deed: str, calendar: Calendar, event: dict[str, Any]) -> list[dict[str, Any]]:
        event_id = event["id"]
        if deed == "again":
            calendar.edit(event_id, recurrence=[self.chance.choice(_RULES)])
            return [calendar.events[event_id]]
        days = occurrences(event, calendar.zone)
        if deed == "rest":
            if len(days) == 1:
                return []
            day = self.chance.randrange(1, len(days))
            new = calendar.change_rest(event_id, day, *self._another_time(days[day]))
            return [calendar.events[each] for each in (event_id, new) if each]
        day = self.chance.choice([0, 0, self.chance.randrange(len(days))])
        if days[day] not in calendar.times(event):
            return []
        changed = calendar.change_day(event_id, *self._another_time(days[day]), day=day)
        return [calendar.events[changed]]

    def note_first(self, calendar: Calendar, day: dict[str, Any]) -> None:
        """Remember a day that anyone, the line too, changed by itself: if it is a visit's first."""
        series = calendar.events.get(day.get("recurringEventId", ""))
        if (
            series
            and self.is_the_visit(series)
            and instant(day["originalStartTime"], ZONE) == first_time(series)[0]
        ):
            self.first[series["id"]] = day["id"]

    def _another_time(self, span: tuple[datetime, datetime]) -> tuple[str, str]:
        """Some time later; empty to delete it."""
        by = timedelta(minutes=5 * self.chance.randrange(1, 60))
        start, end = (f"{(at + by).astimezone(ZoneInfo(ZONE)):%Y-%m-%d %H:%M}" for at in span)
        return ("", "") if self.chance.random() < _DELETED else (start, end)

    def _open(self) -> dict[str, Any]:
        """Three nights, when the clinic is closed otherwise."""
        calendar = self.chance.choice(self.calendars)
        night = datetime.now(ZoneInfo(ZONE)) + timedelta(days=self.chance.randrange(3))
        event_id = calendar.add(
            f"{night:%Y-%m-%d} 22:00", f"{night:%Y-%m-%d} 22:40", OPENING, recurrence=[_RULES[1]]
        )
        self._note(calendar, calendar.events[event_id])
        return calendar.events[event_id]

    def _change_opening(self) -> list[dict[str, Any]]:
        fit = [
            (calendar, event, day)
            for calendar in self.calendars
            for event in calendar.live()
            if event.get("summary") == OPENING and "recurrence" in event
            for day, span in enumerate(occurrences(event, calendar.zone))
            if span in calendar.times(event)
        ]
        if not fit:
            return []
        calendar, event, day = self.chance.choice(fit)
        start = occurrences(event, calendar.zone)[day][0].astimezone(ZoneInfo(ZONE))
        early = (f"{start:%Y-%m-%d} 05:00", f"{start:%Y-%m-%d} 05:40")
        times = ("", "") if self.chance.random() < _DELETED else early
        changed = calendar.events[calendar.change_day(event["id"], *times, day=day)]
        self._note(calendar, changed)
        return [changed]

    def _note(self, calendar: Calendar, event: dict[str, Any]) -> None:
        if event["status"] != "cancelled":
            for start, end in occurrences(event, calendar.zone):
                self.opened.append(Opened(calendar.id, start, end, datetime.now(UTC)))


def first_time(event: dict[str, Any]) -> tuple[datetime, datetime]:
    """When an event, or its first day, takes place."""
    return instant(event["start"], ZONE), instant(event["end"], ZONE)
