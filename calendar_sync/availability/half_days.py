"""Mornings and afternoons in which the clinic is open: what a caller is promised."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Literal

from calendar_sync.availability.opening_hours import Rules, first_instant, open_days
from calendar_sync.availability.span import Span

Half = Literal["morning", "afternoon"]
_LEAST = timedelta(hours=1)
"""Open time that must be left of a half-day for it to be promised."""


@dataclass(frozen=True, slots=True)
class HalfDay:
    """The open time (UTC) before noon of a local day, or from noon on."""

    part: Half
    span: Span


def next_half_day(
    rules: Rules, now: datetime, part: Literal["any", "morning", "afternoon"]
) -> HalfDay | None:
    """The next half-day, of this part, with an hour or more left; None if there is none soon."""
    for day, times in open_days(rules, now):
        noon = first_instant(datetime.combine(day, time(12)), rules.zone)
        before = [(start, min(end, noon)) for start, end in times if start < noon]
        after = [(max(start, noon), end) for start, end in times if end > noon]
        for half in (*_half("morning", before), *_half("afternoon", after)):
            fits = part in {"any", half.part}
            if fits and half.span.end - max(half.span.start, now) >= _LEAST:
                return half
    return None


def _half(part: Half, times: list[tuple[datetime, datetime]]) -> list[HalfDay]:
    """The half-day with these open times; none without any."""
    if not times:
        return []
    return [HalfDay(part, Span(times[0][0].astimezone(UTC), times[-1][1].astimezone(UTC)))]
