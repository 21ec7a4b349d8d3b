"""Staff at work in the stand-in's calendars: they move, delete, restore, write, block, close."""

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from prove import recurring
from prove.calendar_events import ZONE, is_call_back, is_visit, time_of
from prove.recurring import Recurring, first_time
from stand_ins.google.calendars import Calendar, instant, occurrences
from stand_ins.google.server import Google

DEEDS = {
    "move": 4,
    "delete": 2,
    "restore": 2,
    "note": 2,
    "colleague": 1,
    "close": 1,
    "block": 1,
    "cover": 2,
    "repeat": 1,
    "exception": 1,
    **recurring.DEEDS,
}
"""How often each is done, against the others. `colleague`: a visit goes into the other therapist's
calendar. `close`: a call-back is marked as done. The last four are about times that staff need:
a new one, one over a visit (half of them recur), a weekly one, and one day of that moved."""
_SERIES = ["RRULE:FREQ=WEEKLY;COUNT=3"]


@dataclass(frozen=True, slots=True)
class Edit:
    """What staff did to which event, and when."""

    deed: str
    event_id: str
    at: datetime
    took: tuple[datetime, datetime]
    """The time that the event takes after it."""


@dataclass(frozen=True, slots=True)
class Version:
    """An event of ours as it was from then on, and in which calendar."""

    at: datetime
    calendar: str
    event: dict[str, Any]

    @property
    def start(self) -> datetime:
        """When it began then."""
        return instant(self.event["start"], ZONE)


@dataclass
class StaffAtWork:
    """Makes one random edit at a time, by `deeds`; `versions` has every version of our events.

    `races` is the share of the line's own changes before which staff write a note into the event,
    `hasty` that of new visits whose event they delete at once.
    """

    google: Google
    chance: random.Random
    deeds: dict[str, int] = field(default_factory=lambda: dict(DEEDS))
    races: float = 0.0
    hasty: float = 0.0
    edits: list[Edit] = field(default_factory=list[Edit])
    versions: dict[str, list[Version]] = field(
        default_factory=lambda: defaultdict[str, list[Version]](list)
    )

    def __post_init__(self) -> None:
        """Watch what is put into the calendars, and get between the line and its changes."""
        self.calendars = [self.google.screenings, self.google.rivera]
        self.recurring = Recurring(self.calendars, self.chance)
        for calendar in self.calendars:
            calendar.put = self._noted(calendar, calendar.put)  # type: ignore[method-assign, assignment]  # to see each write
        patch = self.google.methods["events.patch"]

        def patched(world: Any, account: Any, ids: Any, values: Any, body: Any) -> Any:  # noqa: ANN401
            found = self._find(ids["eventId"])
            if found and found[1]["status"] != "cancelled" and self.chance.random() < self.races:
                self._do("note", *found)
            return patch(world, account, ids, values, body)

        self.google.methods["events.patch"] = patched
        insert = self.google.methods["events.insert"]

        def inserted(world: Any, account: Any, ids: Any, values: Any, body: Any) -> Any:  # noqa: ANN401
            made = insert(world, account, ids, values, body)
            found = self._find(made["id"])
            if found and is_visit(made) and self.chance.random() < self.hasty:
                self._do("delete", *found)
            return made

        self.google.methods["events.insert"] = inserted

    def edit(self) -> None:
        """Do something, if there is anything to do it to."""
        with self.google.turn:
            deed = self.chance.choices(list(self.deeds), list(self.deeds.values()))[0]
            match deed:
                case "block":
                    self.block(self._some_time())
                case "repeat":
                    self.block(self._some_time(), recurrence=_SERIES)
                case "exception":
                    self._except()
                case _ if deed in recurring.DEEDS:
                    for event in self.recurring.edit(deed):
                        self._did_all(deed, event)
                case _:
                    if ours := self._fit_for(deed):
                        self._do(deed, *self.chance.choice(ours))

    def block(self, start: datetime, minutes: int = 30, **more: Any) -> None:  # noqa: ANN401  # fields of an event
        """A time of the doctor's is not free any more; a visit may already be there."""
        event_id = self.google.doctor.add("2026-12-01 00:00", "2026-12-01 00:30", **more)
        times = {"start": time_of(start), "end": time_of(start + timedelta(minutes=minutes))}
        self.google.doctor.edit(event_id, **times)
        self._did("block", self.google.doctor.events[event_id])

    def _some_time(self) -> datetime:
        start = datetime.now(UTC) + timedelta(hours=self.chance.randrange(4, 200))
        return start.replace(minute=self.chance.choice([0, 30]), second=0, microsecond=0)

    def _except(self) -> None:
        """The first day of a weekly event is moved, or every third time deleted, by itself."""
        doctor = self.google.doctor
        moved = {each.get("recurringEventId") for each in doctor.events.values()}
        weekly = [e for e in doctor.live() if "recurrence" in e and e["id"] not in moved]
        if not weekly:
            return
        start = self._some_time()
        times = (f"{start + timedelta(minutes=minutes):%Y-%m-%d %H:%M}" for minutes in (0, 30))
        begin, end = times if self.chance.randrange(3) else ("", "")
        event_id = doctor.change_day(self.chance.choice(weekly)["id"], begin, end)
        self._did("block", doctor.events[event_id])

    def _fit_for(self, deed: str) -> list[tuple[Calendar, dict[str, Any]]]:
        gone = {each.event_id for each in self.edits if each.deed in {"delete", "day"}}
        return [
            (calendar, event)
            for calendar in self.calendars
            for event in calendar.events.values()
            if self.versions[event["id"]][-1].calendar == calendar.id
            and (is_call_back(event) if deed == "close" else is_visit(event))
            and (event["status"] == "cancelled") == (deed == "restore")
            and (deed != "restore" or event["id"] in gone)
            and (deed != "colleague" or (calendar is self.google.screenings and not _recurs(event)))
            and (deed != "move" or event["id"] not in self.recurring.first)
        ]

    def _find(self, event_id: str) -> tuple[Calendar, dict[str, Any]] | None:
        found = [(c, c.events[event_id]) for c in self.calendars if event_id in c.events]
        live = [(c, event) for c, event in found if event["status"] != "cancelled"]
        return next(iter([*live, *found]), None)

    def _do(self, deed: str, calendar: Calendar, event: dict[str, Any]) -> None:
        event_id = event["id"]
        start, end = first_time(event)
        match deed:
            case "move":
                by = timedelta(minutes=5 * self.chance.randrange(1, 60))
                calendar.edit(event_id, start=time_of(start + by), end=time_of(end + by))
            case "delete":
                calendar.delete(event_id)
            case "restore":
                calendar.restore(event_id)
            case "note":
                said = f"{event.get('description', '')}\nseen by staff {len(self.edits)}"
                calendar.edit(event_id, description=said)
            case "colleague":
                calendar.hand_over(event_id, self.google.rivera)
            case "cover":
                if self.chance.random() < 0.5:
                    self.block(start)
                else:  # its second day is there
                    self.block(start - timedelta(days=7), recurrence=_SERIES)
                return
            case _:
                calendar.edit(event_id, summary=f"{event['summary']} done")
        self._did(deed, calendar.events[event_id])

    def _did_all(self, deed: str, event: dict[str, Any]) -> None:
        """A change of a recurring event, one edit for each of its days."""
        for took in occurrences(event, ZONE):
            self.edits.append(Edit(deed, event["id"], datetime.now(UTC), took))

    def _did(self, deed: str, event: dict[str, Any]) -> None:
        self.edits.append(Edit(deed, event["id"], datetime.now(UTC), first_time(event)))

    def _noted(
        self, calendar: Calendar, put: Callable[[dict[str, Any]], dict[str, Any]]
    ) -> Callable[[dict[str, Any]], dict[str, Any]]:
        def noted(event: dict[str, Any]) -> dict[str, Any]:
            version = Version(datetime.now(UTC), calendar.id, dict(event))
            self.versions[event["id"]].append(version)
            self.recurring.note_first(calendar, event)
            return put(event)

        return noted


def _recurs(event: dict[str, Any]) -> bool:
    return "recurrence" in event or "recurringEventId" in event
