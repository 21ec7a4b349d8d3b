"""Which texts there should be about a booking, and when each is due; pure.

What the patient just asked for goes out at once, at any hour. Everything else keeps out of the
quiet hours:
- The reminder a day before: if it would fall between midnight and 8:00 it waits until 8:00, and if
  it would fall after 21:00 it goes out at 20:30.
- The reminder an hour before waits until 8:00 if that is at least 15 minutes before the visit;
  otherwise there is none.
- News from staff wait until 8:00, unless a visit they are about begins before 10:00. News of a
  deletion also wait a minute, since an undo often follows.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from calendar_sync.availability.quiet_hours import QUIET_FROM, end_of_quiet, is_quiet
from calendar_sync.bookings.booking import Booking
from calendar_sync.bookings.notices import Notice
from calendar_sync.waiting.entries import is_offer
from voice.texts.messages import REMINDERS, Kind

_LAST_REMINDER = time(20, 30)
_URGENT = timedelta(hours=2)
"""News of a visit that begins sooner than this after the quiet hours cannot wait for their end."""
_RECENT = timedelta(hours=2)
"""A patient who learned the time less than this before a reminder needs no reminder."""
_ASKED_AGAIN = timedelta(hours=1)
"""So long after a patient asked for the text again it still goes out."""
_MIN_HOUR_BEFORE = timedelta(minutes=15)
_MIN_DAY_BEFORE = timedelta(hours=3)
"""The shortest time between each reminder and the visit."""
_STAFF_NEWS: dict[str, Kind] = {
    "moved": "moved by staff",
    "cancelled": "cancelled by staff",
    "restored": "restored by staff",
}


@dataclass(frozen=True, slots=True)
class PlannedText:
    """A text that there should be; `name` identifies it within its booking.

    `about` is the start of the visit it is about, `due` when to send it, both in UTC; `notice` is
    the id of the notice that it delivers.
    """

    name: str
    kind: Kind
    about: datetime
    due: datetime
    notice: int | None = None


class TextHistory(NamedTuple):
    """What the patient learned from earlier texts: `said` holds the starts of visits."""

    said: frozenset[datetime] = frozenset()
    link_to_follow: bool = False
    """The last of them promised the video link for later."""
    video: str = ""
    """That link, once there is one."""


class Timing(NamedTuple):
    """The clinic's zone, and how long news of a deletion waits for staff to undo it."""

    zone: ZoneInfo
    undo_wait: timedelta = timedelta(minutes=1)


def planned_texts(
    booked: Booking, notice: Notice | None, past: TextHistory, now: datetime, timing: Timing
) -> tuple[PlannedText, ...]:
    """All texts that there should be about this booking, including those already sent.

    `notice` is the open notice of a change by staff. Empty if the patient did not agree to texts.
    """
    start, ahead = booked.slot.start, booked.slot.end > now
    if booked.text_number is None or (not ahead and notice is None):
        return ()
    if is_offer(booked):
        return (PlannedText("offer", "open time", start, now),)
    texts: list[PlannedText] = []
    if notice is not None:
        texts.append(_staff_news(booked, notice, now, timing))
    elif booked.state == "cancelled" and booked.outcome == "patient":
        texts.append(PlannedText("cancelled", "cancelled by patient", start, now))
    elif booked.state == "booked" and start not in past.said:
        kind: Kind = "moved by patient" if past.said else "booked"
        texts.append(PlannedText(f"time {start.isoformat()}", kind, start, now))
    if booked.state != "booked":
        return tuple(texts)
    if (asked := booked.text_again_at) and _still_asked_for(booked, asked, now):
        name = f"again {asked.isoformat()} {start.isoformat()}"
        texts.append(PlannedText(name, "booked", start, asked))
    if past.link_to_follow and past.video and start in past.said:
        texts.append(PlannedText(f"link {start.isoformat()}", "link", start, now))
    return (*texts, *_reminders(start, timing.zone))


def _still_asked_for(booked: Booking, asked: datetime, now: datetime) -> bool:
    """Whether the patient waits for the text once more; the text about a move since then does."""
    moved = booked.moved_at is not None and booked.moved_at > asked
    return not moved and now - asked < _ASKED_AGAIN


def worth_planning(planned: PlannedText, now: datetime) -> bool:
    """Whether a text that has no row yet is of use; a reminder this soon is not."""
    return planned.kind not in REMINDERS or planned.due >= now + _RECENT


def of_use(kind: Kind, about: datetime, now: datetime) -> bool:
    """Whether it would still help the patient if it were sent now."""
    match kind:
        case "day before":
            return now <= about - _MIN_DAY_BEFORE
        case "hour before":
            return now < about
        case _:
            return now < about + timedelta(hours=3)


def _staff_news(booked: Booking, notice: Notice, now: datetime, timing: Timing) -> PlannedText:
    """At once, or at the end of the quiet hours if that is early enough for the visits involved."""
    about = notice.what.start if notice.what else booked.slot.start
    first = min(about, booked.promised.start) if booked.promised else about
    due = now + timing.undo_wait if notice.kind == "cancelled" else now
    if is_quiet(due, timing.zone) and first >= end_of_quiet(due, timing.zone) + _URGENT:
        due = end_of_quiet(due, timing.zone)
    return PlannedText(f"telling {notice.id}", _STAFF_NEWS[notice.kind], about, due, notice.id)


def _reminders(start: datetime, zone: ZoneInfo) -> list[PlannedText]:
    """Twenty-four elapsed hours before and one hour before, moved out of the quiet hours."""
    day, hour = start - timedelta(hours=24), start - timedelta(hours=1)
    if is_quiet(day, zone):
        local = day.astimezone(zone)
        if local.time() >= QUIET_FROM:
            day = datetime.combine(local.date(), _LAST_REMINDER, zone).astimezone(day.tzinfo)
        else:
            day = end_of_quiet(day, zone)
    reminders = [PlannedText(f"day {start.isoformat()}", "day before", start, day)]
    if is_quiet(hour, zone):
        hour = end_of_quiet(hour, zone)
    if hour <= start - _MIN_HOUR_BEFORE:
        reminders.append(PlannedText(f"hour {start.isoformat()}", "hour before", start, hour))
    return reminders
