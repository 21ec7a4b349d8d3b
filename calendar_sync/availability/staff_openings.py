"""Times that staff open by hand, beside the opening hours or instead of them; pure."""

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
    """The openings by hours and those in opened times, ascending, with the buffer between any two.

    Notice, horizon and buffers hold for opened times too; hours and closed dates do not, because
    staff who open a time mean it. Where two would collide, the one by hours stays.
    """
    buffer, length = timedelta(minutes=rules.buffer_minutes), timedelta(minutes=rules.minutes)
    blocked = [Span(each.start - buffer, each.end + buffer) for each in (*busy, *by_hours)]
    found: list[Span] = []
    for each in sorted(opened):
        start = each.start
        while start + length <= each.end:
            slot = Span(start, start + length)
            if _offered(rules, start, now) and not any(slot.overlaps(other) for other in blocked):
                found.append(slot)
            start += length + buffer
    return tuple(sorted((*by_hours, *found)))


def _offered(rules: Rules, start: datetime, now: datetime) -> bool:
    """Late enough for the notice, early enough for the horizon, which counts local days."""
    last = now.astimezone(rules.zone).date() + timedelta(days=rules.horizon_days)
    notice = timedelta(hours=rules.notice_hours)
    return start >= now + notice and start.astimezone(rules.zone).date() <= last
