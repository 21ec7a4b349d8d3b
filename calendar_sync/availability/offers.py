"""Which three openings a caller is offered: the earliest, another half-day, another day."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from itertools import islice
from operator import attrgetter
from typing import Literal
from zoneinfo import ZoneInfo

from calendar_sync.availability.span import Span

Part = Literal["any", "morning", "afternoon"]

MAX_OFFERS = 3
_NOON = 12


@lru_cache(maxsize=16384)
def _local(start: datetime, zone: ZoneInfo) -> tuple[date, Part]:
    """The local day of a start and its half; each start is asked about for many callers."""
    local = start.astimezone(zone)
    return local.date(), "morning" if local.hour < _NOON else "afternoon"


def _day(span: Span, zone: ZoneInfo) -> date:
    return _local(span.start, zone)[0]


def _half(span: Span, zone: ZoneInfo) -> Part:
    return _local(span.start, zone)[1]


def three_offers(
    openings: Sequence[Span],
    zone: ZoneInfo,
    part: Part = "any",
    beyond: datetime | None = None,
) -> tuple[Span, ...]:
    """At most three openings, ascending, none overlapping another.

    `openings` must be ascending. The offers are the earliest one; the next one in the other half of
    the day, divided at noon in `zone`; and the next one on a day of its own, or at least not on
    the day of the earliest. If there is none of a kind, the next opening fills its place. `part`
    limits the offers to mornings or afternoons, `beyond` (aware) to times that start after it.
    """
    chosen: list[Span] = []
    begin = 0 if beyond is None else bisect_right(openings, beyond, key=attrgetter("start"))

    def take(fits: Callable[[Span], bool]) -> bool:
        for span in islice(openings, begin, None):
            if part not in {"any", _half(span, zone)} or any(map(span.overlaps, chosen)):
                continue
            if fits(span):
                chosen.append(span)
                return True
        return False

    if take(lambda _: True):
        first = chosen[0]
        take(lambda span: _half(span, zone) != _half(first, zone))
        taken = {_day(span, zone) for span in chosen}
        _ = take(lambda span: _day(span, zone) not in taken) or take(
            lambda span: _day(span, zone) != _day(first, zone)
        )
    while len(chosen) < MAX_OFFERS and take(lambda _: True):
        pass
    return tuple(sorted(chosen))


def spread(
    times: Sequence[Span], free: Mapping[str, Sequence[Span]], visits: Mapping[str, int]
) -> tuple[tuple[Span, str], ...]:
    """Each of the times with the name of who gets it: one of those who are free then, ascending.

    It goes to the one with the fewest `visits`, among equals to the one with the fewest of these
    times so far, and then to the one named first in `free`.
    """
    given: Counter[str] = Counter()
    shared: list[tuple[Span, str]] = []
    for time in times:
        able = [name for name, spans in free.items() if _has(spans, time)]
        name = min(able, key=lambda each: (visits.get(each, 0) + given[each], given[each]))
        given[name] += 1
        shared.append((time, name))
    return tuple(shared)


def _has(spans: Sequence[Span], time: Span) -> bool:
    place = bisect_left(spans, time.start, key=attrgetter("start"))
    return place < len(spans) and spans[place] == time
