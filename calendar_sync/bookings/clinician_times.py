"""Whose times a caller is offered when the clinic has several therapists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg import AsyncConnection

from calendar_sync.availability.offers import Part, spread, three_offers
from calendar_sync.availability.span import Span
from calendar_sync.bookings.free_times import Stale, free_openings
from calendar_sync.clinic import Clinic


@dataclass(frozen=True, slots=True)
class Wish:
    """Which times a caller wants; `beyond` (aware) is when the last ones that they heard start.

    `language` is the code of the call's. With a `clinician_id` only that therapist is offered.
    """

    language: str = "en"
    part: Part = "any"
    beyond: datetime | None = None
    clinician_id: str = ""


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
    for some in (*groups, free):
        every = _together(some)
        three = three_offers(every, clinic.rules.zone, wish.part, wish.beyond)
        if three:
            in_language = not speakers or some is not free
            return Offered(spread(three, some, visits), in_language, open_times)
    return Offered((), in_language=True, open_times=open_times)


def _together(free: Mapping[str, tuple[Span, ...]]) -> Sequence[Span]:
    """The times that any of them has free, ascending."""
    if len(free) == 1:
        return next(iter(free.values()))
    return sorted({span for spans in free.values() for span in spans})


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
