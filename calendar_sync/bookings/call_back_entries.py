"""Open call-back requests as staff see them: one entry per person to call, with every reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from calendar_sync.availability.half_days import next_half_day
from calendar_sync.availability.opening_hours import (
    Rules,
    first_instant,
    next_opening_time,
    open_times,
)
from calendar_sync.availability.span import Span
from calendar_sync.bookings.call_back import CallBack

_NOON = 12
URGENT_WITHIN = timedelta(minutes=30)
"""Open time within which an urgent request is looked at; then it is overdue."""


@dataclass(frozen=True, slots=True)
class Entry:
    """The requests about one number, or of one call without a number, the oldest first."""

    requests: tuple[CallBack, ...]
    is_overdue: bool

    @property
    def first(self) -> CallBack:
        """The one that waits longest; its id stands for all."""
        return self.requests[0]

    @property
    def ids(self) -> list[int]:
        """The ids of all."""
        return [each.id for each in self.requests]

    @property
    def number(self) -> str | None:
        """The number to call, in E.164."""
        return next((each.number for each in self.requests if each.number), None)

    @property
    def language(self) -> str:
        """The language of the latest call."""
        return self.requests[-1].language

    @property
    def is_urgent(self) -> bool:
        """Whether one of them is urgent."""
        return any(each.is_urgent for each in self.requests)

    @property
    def reasons(self) -> list[str]:
        """Why to call, each once, urgent ones first."""
        ordered = sorted(self.requests, key=lambda each: not each.is_urgent)
        return list(dict.fromkeys(each.reason for each in ordered))

    @property
    def promised(self) -> Span | None:
        """The earliest time that was promised."""
        spans = [
            Span(each.promised_from, each.promised_until)
            for each in self.requests
            if each.promised_from and each.promised_until
        ]
        return min(spans, key=lambda span: span.end, default=None)


def half_day_words(start: datetime, zone: ZoneInfo) -> str:
    """A half-day that begins then, as staff read it: "Tue Dec 1, morning"."""
    local = start.astimezone(zone)
    return f"{local:%a %b %-d}, {'morning' if local.hour < _NOON else 'afternoon'}"


def entries(rules: Rules, requests: Sequence[CallBack], now: datetime) -> list[Entry]:
    """Urgent ones first, then overdue ones, then the longest waiting; `requests` oldest first.

    `now` is the line's clock, by which calls were promised.
    """
    numbers = {each.call_sid: each.number for each in requests if each.number}
    grouped: dict[str, list[CallBack]] = {}
    for each in requests:
        key = each.number or numbers.get(each.call_sid) or each.call_sid
        grouped.setdefault(key, []).append(each)
    found = [
        Entry(tuple(group), any(_is_overdue(rules, each, now) for each in group))
        for group in grouped.values()
    ]
    return sorted(found, key=lambda entry: (not entry.is_urgent, not entry.is_overdue))


def _is_overdue(rules: Rules, request: CallBack, now: datetime) -> bool:
    if request.promised_until is not None and not request.is_urgent:
        return request.promised_until <= now
    return request.asked_at + request.waited >= _due(rules, request)


def _due(rules: Rules, request: CallBack) -> datetime:
    """Urgent: after half an hour of open time. Else the end of the next working day."""
    opens = next_opening_time(rules, request.asked_at) or request.asked_at
    if request.is_urgent:
        return opens + URGENT_WITHIN
    tomorrow = request.asked_at.astimezone(rules.zone).date() + timedelta(days=1)
    midnight = first_instant(datetime.combine(tomorrow, datetime.min.time()), rules.zone)
    half = next_half_day(rules, midnight, "any")
    if half is None:
        return request.asked_at + timedelta(days=7)
    return open_times(rules, half.span.start.astimezone(rules.zone).date())[-1][1]
