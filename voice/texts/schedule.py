"""Which texts there should be about a booking, and when each is due; pure.

Quiet hours are 21:00 to 08:00 in the clinic's zone (47 CFR 64.1200(c)(1)). What the patient has
just asked for comes at once, whatever the hour. A reminder of the day before that would fall into
the small hours waits until 8, one of the late evening comes at half past eight; one of the hour
before waits until 8 while that is a quarter of an hour before the visit, and is dropped otherwise.
News from staff wait until 8, unless a visit that they are about begins before 10.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from calendar_sync.bookings.booking import Booking
from calendar_sync.bookings.notices import Notice
from voice.texts.messages import Kind
from voice.texts.quiet_hours import QUIET_FROM, end_of_quiet, is_quiet

_LAST = time(20, 30)
_NEAR = timedelta(hours=2)
"""After the quiet hours; what begins sooner cannot wait for their end."""
_FRESH = timedelta(hours=2)
"""A time that the patient heard of so recently needs no reminder yet."""
_QUARTER = timedelta(minutes=15)
_AHEAD = timedelta(hours=3)
"""A reminder of the day before comes at least so long before the visit."""
_BY_STAFF: dict[str, Kind] = {
    "moved": "moved by staff",
    "cancelled": "cancelled by staff",
    "restored": "restored by staff",
}


@dataclass(frozen=True, slots=True)
class PlannedText:
    """A text that there should be: `name` is its identity within its booking.

    `about` is the start of the visit it speaks of, `due` when to send it, both in UTC.
    """

    name: str
    kind: Kind
    about: datetime
    due: datetime
    telling: int | None = None


class TextHistory(NamedTuple):
    """What the patient has in texts by now: the times that news were about, in any order."""

    said: frozenset[datetime] = frozenset()
    link_to_follow: bool = False
    """The last of them promised the video link for later."""
    video: str = ""
    """That link, once there is one."""


def planned_texts(
    booked: Booking, telling: Notice | None, past: TextHistory, now: datetime, zone: ZoneInfo
) -> tuple[PlannedText, ...]:
    """All texts that there should be about this booking, those already sent included.

    `telling` is what staff did and nobody has told yet. Without a number that agreed: none.
    """
    start, ahead = booked.slot.start, booked.slot.end > now
    if booked.text_number is None or (not ahead and telling is None):
        return ()
    owed: list[PlannedText] = []
    if telling is not None:
        about = telling.what.start if telling.what else start
        first = min(about, booked.promised.start) if booked.promised else about
        kind = _BY_STAFF[telling.kind]
        owed.append(
            PlannedText(f"telling {telling.id}", kind, about, _waking(now, first, zone), telling.id)
        )
    elif booked.state == "cancelled" and booked.outcome == "patient":
        owed.append(PlannedText("cancelled", "cancelled by patient", start, now))
    elif booked.state == "booked" and start not in past.said:
        kind = "moved by patient" if past.said else "booked"
        owed.append(PlannedText(f"time {start.isoformat()}", kind, start, now))
    if booked.state != "booked":
        return tuple(owed)
    if past.link_to_follow and past.video and start in past.said:
        owed.append(PlannedText(f"link {start.isoformat()}", "link", start, now))
    return (*owed, *_reminders(start, zone))


def fresh(owed: PlannedText, now: datetime) -> bool:
    """Whether a reminder that nobody has planned yet is of use; news always are."""
    return owed.kind not in {"day before", "hour before"} or owed.due >= now + _FRESH


def of_use(kind: Kind, about: datetime, now: datetime) -> bool:
    """Whether it would still help the patient if it were sent now."""
    match kind:
        case "day before":
            return now <= about - _AHEAD
        case "hour before":
            return now < about
        case _:
            return now < about + _AHEAD


def _waking(now: datetime, about: datetime, zone: ZoneInfo) -> datetime:
    """Now, or the end of the quiet hours when that is early enough."""
    if not is_quiet(now, zone):
        return now
    end = end_of_quiet(now, zone)
    return now if about < end + _NEAR else end


def _reminders(start: datetime, zone: ZoneInfo) -> list[PlannedText]:
    """Twenty-four real hours before, and one, both out of the quiet hours."""
    day, hour = start - timedelta(hours=24), start - timedelta(hours=1)
    found: list[PlannedText] = []
    if is_quiet(day, zone):
        local = day.astimezone(zone)
        if local.time() >= QUIET_FROM:
            day = datetime.combine(local.date(), _LAST, zone).astimezone(day.tzinfo)
        else:
            day = end_of_quiet(day, zone)
    found.append(PlannedText(f"day {start.isoformat()}", "day before", start, day))
    if is_quiet(hour, zone):
        hour = end_of_quiet(hour, zone)
    if hour <= start - _QUARTER:
        found.append(PlannedText(f"hour {start.isoformat()}", "hour before", start, hour))
    return found
