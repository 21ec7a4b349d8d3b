"""Whose times a caller is offered when the clinic has several therapists."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from psycopg import AsyncConnection

from calendar_sync.availability.offers import MAX_OFFERS, Part, spread, three_offers
from calendar_sync.availability.span import Span
from calendar_sync.bookings.free_times import Stale, free_openings
from calendar_sync.clinic import Clinic

Slot = tuple[datetime, str]
"""When a time starts, and whose it is."""
_Free = Mapping[str, tuple[Span, ...]]
"""What is free, ascending, by clinician."""
_LEFT_OUT = 4
"""One in so many free times at most is left out of an offer, however many other calls hear it."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Which times a caller wants; `beyond` (aware) is when the last ones that they heard start.

    `language` is the code of the call's. With a `clinician_id` only that therapist is offered. What
    `rather_not` returns is offered only if there are not enough other times, or if it is more than
    a quarter of all; it is called last, so that nothing happens between it and the answer.
    """

    language: str = "en"
    part: Part = "any"
    beyond: datetime | None = None
    clinician_id: str = ""
    rather_not: Callable[[], Collection[Slot]] = frozenset


@dataclass(frozen=True, slots=True)
class Offered:
    """At most three times, each with its clinician, ascending.

    `in_language` is False if therapists who speak the caller's language are named, but none of them
    has such a time. `open_times` counts everything that is open with those who may be offered.
    """

    times: tuple[tuple[Span, str], ...]
    in_language: bool
    open_times: int


async def offered_times(clinic: Clinic, wish: Wish) -> Offered | Stale:
    """The times to offer. Stale only if nobody's busy times are known well enough.

    A time that several have free goes to the one with the fewest coming visits.
    """
    free: dict[str, tuple[Span, ...]] = {}
    unknown: Stale | None = None
    for each in clinic.each:
        one = clinic.clinician(each.clinician_id)
        if wish.clinician_id not in {"", each.clinician_id} or (one and not one.offered):
            continue
        openings = await free_openings(each)
        if isinstance(openings, Stale):
            unknown = openings
        else:
            free[each.clinician_id] = openings
    if not free and unknown is not None:
        return unknown
    open_times = sum(map(len, free.values()))
    async with clinic.pool.connection() as conn:
        visits = await _coming_visits(conn, clinic.now())
    speakers = set() if wish.clinician_id else _speaking(clinic, wish.language)
    groups = [{name: free[name] for name in free if name in speakers}] if speakers else []
    rather_not = wish.rather_not()
    for some in (*groups, free):
        three = _offers(clinic, _without(some, rather_not), wish, visits)
        if len(three) < MAX_OFFERS:
            three = _offers(clinic, some, wish, visits)
        if three:
            in_language = not speakers or some is not free
            return Offered(three, in_language, open_times)
    return Offered((), in_language=True, open_times=open_times)


def _offers(
    clinic: Clinic, free: _Free, wish: Wish, visits: Mapping[str, int]
) -> tuple[tuple[Span, str], ...]:
    three = three_offers(_together(free), clinic.rules.zone, wish.part, wish.beyond)
    return spread(three, free, visits)


def _without(free: _Free, slots: Collection[Slot]) -> _Free:
    """The earliest of these slots are left out first: robots may not keep people from all."""
    if not slots:
        return free
    most = sum(map(len, free.values())) // _LEFT_OUT
    left_out = frozenset(sorted(slots)[:most])
    return {
        name: tuple(span for span in spans if (span.start, name) not in left_out)
        for name, spans in free.items()
    }


def _together(free: _Free) -> Sequence[Span]:
    """The times that any of them has free, ascending; those of all are equally long."""
    if len(free) == 1:
        return next(iter(free.values()))
    by_start = {span.start: span for spans in free.values() for span in spans}
    return sorted(by_start.values(), key=attrgetter("start"))


def _speaking(clinic: Clinic, language: str) -> set[str]:
    """The therapists who take new visits and speak a language."""
    return {one.id for one in clinic.clinicians if one.offered and language in one.languages}


async def _coming_visits(conn: AsyncConnection, now: datetime) -> dict[str, int]:
    """How many visits each clinician has coming, those that wait for the calendar too."""
    rows = await conn.execute(
        "SELECT clinician_id, count(*) FROM booking"
        " WHERE (state = 'booked' OR state = 'held' AND confirmed_at IS NOT NULL AND moves IS NULL)"
        " AND upper(during) > %s GROUP BY clinician_id",
        [now],
    )
    return dict(await rows.fetchall())
