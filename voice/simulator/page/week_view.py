"""The clinic's week as staff see it: days, open hours, events, and the times on offer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from calendar_sync.availability.opening_hours import Rules
from calendar_sync.availability.span import Span
from calendar_sync.bookings.clinician_times import Wish, offered_times
from calendar_sync.bookings.free_times import Stale
from calendar_sync.calendars.contract import CalendarEvent, Changes
from voice.bootstrap import Line
from voice.simulator.page.calendar_block import (
    CalendarBlock,
    block_of,
    day_and_clock,
    held_block,
    side_by_side,
)

_HOUR, _DAY = 60, 24 * 60
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Day:
    """One local day; ``now`` is the minute of the demo's clock, None on other days."""

    day: date
    closed: str
    hours: tuple[tuple[int, int], ...]
    blocks: tuple[CalendarBlock, ...]
    now: int | None

    @property
    def lanes(self) -> int:
        """How many events stand side by side at most."""
        return max((block.lanes for block in self.blocks), default=1)


@dataclass(frozen=True, slots=True)
class Week:
    """What the page shows; ``first`` and ``last`` are whole hours in minutes."""

    days: tuple[Day, ...]
    first: int
    last: int
    before: date
    after: date
    offers: tuple[str, ...]

    @property
    def hours(self) -> list[int]:
        """The full hours, in hours of the day."""
        return list(range(self.first // _HOUR, self.last // _HOUR + 1))

    @property
    def title(self) -> str:
        """November 23 to 29."""
        first, last = self.days[0].day, self.days[-1].day
        month = "" if first.month == last.month else f"{last:%B} "
        return f"{first:%B} {first.day} to {month}{last.day}"


async def week_of(line: Line, day: date, held: Iterable[Span]) -> Week:
    """The week of a local date; an empty day of a weekend gets no column."""
    now = line.now()
    rules = line.clinic.rules
    entries: list[CalendarEvent] = []
    for each in line.clinic.each:
        changes = await each.calendar.changes(None)
        entries += changes.entries if isinstance(changes, Changes) else ()
    monday = day - timedelta(days=day.weekday())
    days = [_day(rules, monday + timedelta(days=n), entries, held, now) for n in range(7)]
    shown = tuple(
        each for each in days if each.day.weekday() < _SATURDAY or each.hours or each.blocks
    )
    edges = [edge for each in shown for span in each.hours for edge in span]
    blocks = [block for each in shown for block in each.blocks]
    edges += [edge for block in blocks for edge in (block.begins, block.ends)]
    return Week(
        days=shown,
        first=min(edges, default=9 * _HOUR) // _HOUR * _HOUR,
        last=-(-max(edges, default=17 * _HOUR) // _HOUR) * _HOUR,
        before=monday - timedelta(days=7),
        after=monday + timedelta(days=7),
        offers=await _offered(line),
    )


def _day(
    rules: Rules, day: date, entries: Iterable[CalendarEvent], held: Iterable[Span], now: datetime
) -> Day:
    zone = rules.zone
    blocks = [
        block_of(entry, entry.span, zone)
        for entry in entries
        if entry.span and not entry.cancelled and entry.span.start.astimezone(zone).date() == day
    ]
    taken = {(block.begins, block.ends) for block in blocks}
    for span in held:
        if span.start.astimezone(zone).date() == day:
            ghost = held_block(span, zone)
            blocks += [] if (ghost.begins, ghost.ends) in taken else [ghost]
    local = now.astimezone(zone)
    closed = day in rules.closed_dates
    return Day(
        day=day,
        closed="Closed" if closed or not rules.hours.weekly[day.weekday()] else "",
        hours=() if closed else rules.hours.weekly[day.weekday()],
        blocks=side_by_side(blocks),
        now=local.hour * _HOUR + local.minute if local.date() == day else None,
    )


async def _offered(line: Line) -> tuple[str, ...]:
    """The three times that a caller would hear now."""
    found = await offered_times(line.clinic, Wish())
    zone = line.settings.zone
    times = () if isinstance(found, Stale) else found.times
    named = [(span, line.clinic.name_of(whose)) for span, whose in times]
    return tuple(
        day_and_clock(span.start.astimezone(zone)) + (f", {name}" if name else "")
        for span, name in named
    )
