"""The busy times are read again when calls arrive, not for each call."""

import asyncio
from collections.abc import Set as AbstractSet
from dataclasses import replace

from support.clinic import SetClock
from support.patients import RefusingCalendar

from calendar_sync.availability.span import Span
from calendar_sync.calendars.contract import Unknown
from voice.bootstrap import Line
from voice.calls.busy_times import BusyTimes


class Counting(RefusingCalendar):
    """Counts how often the busy times are asked for."""

    asked = 0
    fails = False

    async def busy(
        self, within: Span, *, besides: AbstractSet[str] = frozenset()
    ) -> tuple[Span, ...] | Unknown:
        """Count, and answer unless it `fails`."""
        self.asked += 1
        return Unknown("down") if self.fails else await super().busy(within, besides=besides)


async def test_many_calls_need_one_reading(line: Line, now: SetClock) -> None:
    """Calls within twenty seconds share a reading; after a failure the next call reads again."""
    calendar = Counting(line.pool)
    line = replace(line, clinic=replace(line.clinic, calendar=calendar))
    busy_times = BusyTimes(line)
    await asyncio.gather(*(busy_times.refresh() for _ in range(20)))
    assert calendar.asked == 1
    now.forward(seconds=21)
    calendar.fails = True
    await busy_times.refresh()
    calendar.fails = False
    await busy_times.refresh()
    await busy_times.refresh()
    assert calendar.asked == 3
