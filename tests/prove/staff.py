"""Staff at work in the stand-in's calendars: they move, delete, restore, write, block, close."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from stand_ins.google.calendars import Calendar, instant
from stand_ins.google.server import Google

Deed = Literal["move", "delete", "restore", "note", "block", "close"]
DEEDS: dict[Deed, int] = {"move": 4, "delete": 2, "restore": 2, "note": 2, "block": 2, "close": 1}
"""How often each is done, against the others."""
ZONE = "America/Los_Angeles"


@dataclass(frozen=True, slots=True)
class Edit:
    """What staff did to which event, and when."""

    deed: Deed
    event_id: str
    at: datetime
    took: tuple[datetime, datetime] | None = None
    """The time that the event takes after it."""


@dataclass
class StaffAtWork:
    """Makes one random edit at a time; `seen` is the first version of each of our events."""

    google: Google
    chance: random.Random
    edits: list[Edit] = field(default_factory=list[Edit])
    seen: dict[str, tuple[datetime, dict[str, Any]]] = field(
        default_factory=dict[str, tuple[datetime, dict[str, Any]]]
    )

    def __post_init__(self) -> None:
        """Note when the line makes an event, and as what."""
        put = self.google.screenings.put

        def noted(event: dict[str, Any]) -> dict[str, Any]:
            self.seen.setdefault(event["id"], (datetime.now(UTC), dict(event)))
            return put(event)

        self.google.screenings.put = noted  # type: ignore[method-assign]  # watched, not replaced

    def edit(self) -> None:
        """Do something, if there is anything to do it to."""
        calendar = self.google.screenings
        with self.google.turn:
            deed = self.chance.choices(list(DEEDS), list(DEEDS.values()))[0]
            gone = {each.event_id for each in self.edits if each.deed == "delete"}
            ours = [
                event
                for event in calendar.events.values()
                if is_call_back(event) == (deed == "close")
                and (event["status"] == "cancelled") == (deed == "restore")
                and (deed != "restore" or event["id"] in gone)
            ]
            if deed == "block":
                self._block(self.google.doctor)
            elif ours:
                self._do(deed, calendar, self.chance.choice(ours))

    def _do(self, deed: Deed, calendar: Calendar, event: dict[str, Any]) -> None:
        event_id = event["id"]
        match deed:
            case "move":
                start = instant(event["start"], ZONE)
                to = start + timedelta(minutes=5 * self.chance.randrange(1, 60))
                length = instant(event["end"], ZONE) - start
                calendar.edit(event_id, start=_time(to), end=_time(to + length))
            case "delete":
                calendar.delete(event_id)
            case "restore":
                calendar.restore(event_id)
            case "note":
                said = f"{event.get('description', '')}\nseen by staff {len(self.edits)}"
                calendar.edit(event_id, description=said)
            case _:
                calendar.edit(event_id, summary=f"{event['summary']} done")
        now = calendar.events[event_id]
        took = instant(now["start"], ZONE), instant(now["end"], ZONE)
        self.edits.append(Edit(deed, event_id, datetime.now(UTC), took))

    def _block(self, calendar: Calendar) -> None:
        """A time of the coming days is not free any more; a visit may already be there."""
        start = datetime.now(UTC) + timedelta(hours=self.chance.randrange(4, 200))
        start = start.replace(minute=self.chance.choice([0, 30]), second=0, microsecond=0)
        end = start + timedelta(minutes=30)
        event_id = calendar.add("2026-12-01 00:00", "2026-12-01 00:30")
        calendar.edit(event_id, start=_time(start), end=_time(end))
        self.edits.append(Edit("block", event_id, datetime.now(UTC)))


def is_call_back(event: dict[str, Any]) -> bool:
    """An event for a call-back; all others of ours are visits."""
    return booking_of(event).startswith("call-back")


def booking_of(event: dict[str, Any]) -> str:
    """The booking's number, as the line wrote it into the event."""
    return str(event.get("extendedProperties", {}).get("private", {}).get("booking_id", ""))


def _time(when: datetime) -> dict[str, str]:
    return {"dateTime": when.isoformat(), "timeZone": ZONE}
