"""Times that staff open by hand, in addition to the opening hours or instead of them."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from operator import attrgetter

from calendar_sync.availability.opening_hours import Rules
from calendar_sync.availability.span import Span, merged


def with_opened(
    rules: Rules,
    by_hours: Sequence[Span],
    opened: Sequence[Span],
    busy: Iterable[Span],
    now: datetime,
) -> tuple[Span, ...]:
    """The openings by hours and those in opened times, ascending, with the buffer in between.

    Notice, horizon and buffers apply to opened times too. Hours and closed dates do not: staff who
    open a time mean it. If two would collide, the one by hours is offered.
    """
    if not opened:
        return tuple(by_hours)
    buffer, length = timedelta(minutes=rules.buffer_minutes), timedelta(minutes=rules.minutes)
    within = Span(min(span.start for span in opened), max(span.end for span in opened))
    around = (Span(taken.start - buffer, taken.end + buffer) for taken in (*busy, *by_hours))
    blocked = merged(around, within)
    found: list[Span] = []
    for span in sorted(opened):
        start = span.start
        while start + length <= span.end:
            slot = Span(start, start + length)
            before = bisect_left(blocked, slot.end, key=attrgetter("start")) - 1
            clear = before < 0 or not slot.overlaps(blocked[before])
            if clear and _offered(rules, start, now):
                found.append(slot)
            start += length + buffer
    return tuple(sorted((*by_hours, *found)))


def _offered(rules: Rules, start: datetime, now: datetime) -> bool:
    """Whether it is after the notice and within the horizon, which counts local days."""
    last = now.astimezone(rules.zone).date() + timedelta(days=rules.horizon_days)
    notice = timedelta(hours=rules.notice_hours)
    return start >= now + notice and start.astimezone(rules.zone).date() <= last
