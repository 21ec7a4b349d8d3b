"""Openings, from the clinic's hours, notice, horizon, buffers and closed dates.

Hours are local times in the clinic's zone; everything else is instants. A range opens and closes at
the first instant at which a local clock shows that time or a later one. So a time that is skipped
when daylight saving begins becomes the moment of the change, and a time that is repeated when it
ends counts once.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from operator import attrgetter
from zoneinfo import ZoneInfo

from calendar_sync.availability.span import Span
from calendar_sync.availability.weekly_hours import Hours, WallRange, parse_hours

__all__ = [
    "Hours",
    "Rules",
    "Span",
    "first_instant",
    "is_open",
    "next_opening_time",
    "open_days",
    "open_times",
    "openings",
    "parse_hours",
]

_DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Rules:
    """What makes a time bookable. Raises ValueError for lengths that are out of range.

    `minutes` is the length of a screening, `notice_hours` counts from now, `horizon_days` counts
    local days after today, nothing is open on `closed_dates` (local).
    """

    hours: Hours
    zone: ZoneInfo
    minutes: int
    buffer_minutes: int
    notice_hours: int
    horizon_days: int
    closed_dates: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        """Refuse rules that would make an endless or an empty grid."""
        if not 0 < self.minutes <= _DAY_MINUTES or not 0 <= self.buffer_minutes <= _DAY_MINUTES:
            message = "A screening takes 1 to 1440 minutes, and its buffer 0 to 1440."
            raise ValueError(message)
        if self.notice_hours < 0 or self.horizon_days < 0:
            message = "Notice (hours) and horizon (days) cannot be negative."
            raise ValueError(message)


def openings(rules: Rules, busy: Iterable[Span], now: datetime) -> list[Span]:
    """Every bookable time, ascending, none overlapping another, in UTC.

    Slots start at each range's start and then every `minutes + buffer_minutes`, and end inside the
    range. There is a buffer before and after every busy span. A slot starts no earlier than `now`
    plus the notice, on a local day at most `horizon_days` after today. Busy spans may overlap and
    be in any order. Raises ValueError if `now` is naive.
    """
    buffer = timedelta(minutes=rules.buffer_minutes)
    grid, starts, ends = _grid(rules, _day(rules, now))
    clear_from = now.astimezone(UTC) + timedelta(hours=rules.notice_hours)
    first = bisect_left(starts, clear_from)
    free: list[Span] = []
    for taken in sorted(busy, key=attrgetter("start")):
        free += grid[first : bisect_right(ends, taken.start - buffer, first)]
        clear_from = max(clear_from, taken.end + buffer)
        first = bisect_left(starts, clear_from, first)
    return free + grid[first:]


def is_open(rules: Rules, at: datetime) -> bool:
    """Whether the clinic is open at this instant (aware)."""
    day = _day(rules, at)
    return any(start <= at < end for start, end in open_times(rules, day))


def next_opening_time(rules: Rules, at: datetime) -> datetime | None:
    """`at` itself (in UTC) if open, else the next instant at which it opens; None if never."""
    for _, times in open_days(rules, at):
        for start, end in times:
            if at < end:
                return max(start, at).astimezone(UTC)
    return None


def open_days(rules: Rules, at: datetime) -> Iterator[tuple[date, list[tuple[datetime, datetime]]]]:
    """The local days from that of `at` (aware) on, each with its opening times as instants.

    They end where no further day can be open.
    """
    today = _day(rules, at)
    # A closed date removes at most one week's only opening; so does a skipped hour.
    for ahead in range(7 * (len(rules.closed_dates) + 2) + 1):
        day = today + timedelta(days=ahead)
        yield day, open_times(rules, day)


def first_instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first instant, in UTC, at which a local clock shows the naive time `wall` or later."""
    after = wall.replace(tzinfo=zone).astimezone(UTC)
    if _shown(wall, zone):
        return after
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).replace(tzinfo=None) < wall:
            before = middle
        else:
            after = middle
    return after


def _day(rules: Rules, at: datetime) -> date:
    """The local date of an instant. Raises ValueError for a naive time."""
    if at.tzinfo is None:
        message = f"Opening hours need an aware time, not {at!r}; give it a zone."
        raise ValueError(message)
    return at.astimezone(rules.zone).date()


def open_times(rules: Rules, day: date) -> list[tuple[datetime, datetime]]:
    """When the clinic is open on a local day, as instants."""
    times = [_instants(rules, day, each) for each in _ranges(rules, day)]
    return [(start, end) for start, end in times if start < end]


def _ranges(rules: Rules, day: date) -> tuple[WallRange, ...]:
    return () if day in rules.closed_dates else rules.hours.weekly[day.weekday()]


def _instants(rules: Rules, day: date, range_: WallRange) -> tuple[datetime, datetime]:
    midnight = datetime.combine(day, time.min)
    start, end = (first_instant(midnight + timedelta(minutes=m), rules.zone) for m in range_)
    return start, end


@lru_cache(maxsize=32)
def _grid(rules: Rules, today: date) -> tuple[list[Span], list[datetime], list[datetime]]:
    """Every slot up to the horizon, ascending, with the buffer between any two.

    Their starts and their ends, which ascend too, are what a slot is searched by.
    """
    length = timedelta(minutes=rules.minutes)
    step = timedelta(minutes=rules.minutes + rules.buffer_minutes)
    midnight = first_instant(datetime.combine(today, time.min), rules.zone)
    grid: list[datetime] = []
    next_start = datetime.min.replace(tzinfo=UTC)
    # Yesterday counts too: its last slot may run into today's first.
    for ahead in range(-1, rules.horizon_days + 1):
        day = today + timedelta(days=ahead)
        for range_ in _ranges(rules, day):
            for start in _starts(rules, day, range_):
                if start >= next_start:
                    next_start = start + step
                    grid.append(start)
    starts = [start for start in grid if start >= midnight]
    ends = [start + length for start in starts]
    return list(map(Span, starts, ends)), starts, ends


def _starts(rules: Rules, day: date, range_: WallRange) -> list[datetime]:
    """Slot starts of one range, regardless of other ranges."""
    opens, closes = _instants(rules, day, range_)
    step = timedelta(minutes=rules.minutes + rules.buffer_minutes)
    last = closes - timedelta(minutes=rules.minutes)
    if closes - opens == timedelta(minutes=range_[1] - range_[0]):
        return _every(step, opens, last)
    # The clocks change inside the range: step in local time.
    first, after = (datetime.combine(day, time.min) + timedelta(minutes=m) for m in range_)
    walls = [wall for wall in _every(step, first, after) if _shown(wall, rules.zone)]
    return [start for wall in walls if (start := first_instant(wall, rules.zone)) <= last]


def _every(step: timedelta, first: datetime, last: datetime) -> list[datetime]:
    """From first to last, inclusive."""
    every: list[datetime] = []
    while first <= last:
        every.append(first)
        first += step
    return every


def _shown(wall: datetime, zone: ZoneInfo) -> bool:
    """Whether a local clock ever shows this naive time."""
    back = wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
    return back.replace(tzinfo=None) == wall
