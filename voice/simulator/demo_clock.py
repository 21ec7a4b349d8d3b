"""The demo's clock, which a visitor can set, and defaults for settings that a demo lacks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from calendar_sync.availability.federal_holidays import federal_holidays
from calendar_sync.availability.opening_hours import Rules, is_open, next_opening_time
from voice.clock import utc_now
from voice.settings import Settings

VIDEO_ROOM = "/phone/video-room"
"""The path of the demo's video room, a page that stands for the real one."""
NOW = "now"
"""The name of the time as it is."""
STAFF_NUMBER = "+14255550142"
_EVENING, _NIGHT = time(20, 0), time(23, 30)
_AFTER_OPENING = timedelta(minutes=45)


class DemoClock:
    """The real time plus an offset that the visitor chooses; it keeps running."""

    def __init__(self, base: Callable[[], datetime] = utc_now) -> None:
        self._base, self._ahead = base, timedelta()

    def __call__(self) -> datetime:
        """The demo's time, in aware UTC."""
        return self._base() + self._ahead

    def real_time(self) -> datetime:
        """The actual time, in aware UTC."""
        return self._base()

    def set(self, at: datetime) -> None:
        """Make it this time now (aware)."""
        self._ahead = at.astimezone(UTC) - self._base()


@dataclass(frozen=True, slots=True)
class CallTime:
    """A time to call at: its name in the page, its label, and the time (aware)."""

    name: str
    label: str
    at: datetime


def times_to_call(rules: Rules, now: datetime) -> list[CallTime]:
    """The choices: now, while open, after hours, the evening before a closed day."""
    choice = [CallTime(NOW, "Now", now)]
    opens = next_opening_time(rules, now)
    if opens is not None and not is_open(rules, now):
        choice.append(CallTime("open", "While open", opens + _AFTER_OPENING))
    after = next(at for day in range(3) if (at := _evening(rules, now, day)) > now)
    choice.append(CallTime("closed", "After hours", after))
    today = now.astimezone(rules.zone).date()
    for holiday in sorted(rules.closed_dates):
        would_open = bool(rules.hours.weekly[holiday.weekday()])
        eve = _evening(rules, now, (holiday - today).days - 1)
        if would_open and eve > now:
            words = f"Evening before a holiday, {holiday:%b} {holiday.day}"
            return [*choice, CallTime("eve", words, eve)]
    return choice


def _evening(rules: Rules, now: datetime, days: int) -> datetime:
    """The evening, after closing time, of the local day this many days from now."""
    day = now.astimezone(rules.zone).date() + timedelta(days=days)
    at = datetime.combine(day, _EVENING, rules.zone)
    late = datetime.combine(day, _NIGHT, rules.zone)
    return late if is_open(rules, at) else at


def with_demo_defaults(settings: Settings, today: date) -> Settings:
    """Add a staff phone, a video room and holidays where none are set, so that all can be tried."""
    given: dict[str, object] = {}
    if not settings.staff_number:
        given["staff_number"] = STAFF_NUMBER
    if not (settings.video_url or settings.uses_google):
        given["video_url"] = settings.public_base_url + VIDEO_ROOM
    if not settings.closed_dates:
        given["closed_dates"] = federal_holidays([today.year, today.year + 1])
    return settings.model_copy(update=given)
