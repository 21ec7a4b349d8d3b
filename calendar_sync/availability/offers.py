"""Which three openings a caller is offered: the earliest, another half-day, another day."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from calendar_sync.availability.span import Span

Part = Literal["any", "morning", "afternoon"]

_MAX_OFFERS = 3
_NOON = 12


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

    def day(span: Span) -> date:
        return span.start.astimezone(zone).date()

    def half(span: Span) -> Part:
        return "morning" if span.start.astimezone(zone).hour < _NOON else "afternoon"

    def take(fits: Callable[[Span], bool]) -> bool:
        for span in openings:
            if beyond is not None and span.start <= beyond:
                continue
            if part not in {"any", half(span)} or any(map(span.overlaps, chosen)):
                continue
            if fits(span):
                chosen.append(span)
                return True
        return False

    if take(lambda _: True):
        first = chosen[0]
        take(lambda span: half(span) != half(first))
        taken = {day(span) for span in chosen}
        _ = take(lambda span: day(span) not in taken) or take(lambda span: day(span) != day(first))
    while len(chosen) < _MAX_OFFERS and take(lambda _: True):
        pass
    return tuple(sorted(chosen))


def spread(
    times: Sequence[Span], free: Mapping[str, Collection[Span]], visits: Mapping[str, int]
) -> tuple[tuple[Span, str], ...]:
    """Each of the times with the name of who gets it: one of those who are free then.

    It goes to the one with the fewest `visits`, among equals to the one with the fewest of these
    times so far, and then to the one named first in `free`.
    """
    given: Counter[str] = Counter()
    shared: list[tuple[Span, str]] = []
    for time in times:
        able = [name for name, spans in free.items() if time in spans]
        name = min(able, key=lambda each: (visits.get(each, 0) + given[each], given[each]))
        given[name] += 1
        shared.append((time, name))
    return tuple(shared)
