"""Times that staff open by hand, in addition to the opening hours or instead of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from calendar_sync.availability.opening_hours import Rules
from calendar_sync.availability.span import Span


def with_opened(
    rules: Rules,
    by_hours: Sequence[Span],
    opened: Iterable[Span],
    busy: Iterable[Span],
    now: datetime,
) -> tuple[Span, ...]:
    """The openings by hours and those in opened times, ascending, with the buffer in between.

    Notice, horizon and buffers apply to opened times too. Hours and closed dates do not: staff who
    open a time mean it. If two would collide, the one by hours is offered.
    """
    buffer, length = timedelta(minutes=rules.buffer_minutes), timedelta(minutes=rules.minutes)
    blocked = [Span(taken.start - buffer, taken.end + buffer) for taken in (*busy, *by_hours)]
    found: list[Span] = []
    for span in sorted(opened):
        start = span.start
        while start + length <= span.end:
            slot = Span(start, start + length)
            if _offered(rules, start, now) and not any(slot.overlaps(other) for other in blocked):
                found.append(slot)
            start += length + buffer
    return tuple(sorted((*by_hours, *found)))


def _offered(rules: Rules, start: datetime, now: datetime) -> bool:
    """Whether it is after the notice and within the horizon, which counts local days."""
    last = now.astimezone(rules.zone).date() + timedelta(days=rules.horizon_days)
    notice = timedelta(hours=rules.notice_hours)
    return start >= now + notice and start.astimezone(rules.zone).date() <= last
