"""Which times are open to those who wait, by the same rules as for callers."""

from collections.abc import Iterable
from datetime import datetime

from psycopg import AsyncConnection

from calendar_sync.availability.span import Span
from calendar_sync.bookings.booking import Booking
from calendar_sync.bookings.free_times import Stale, openings_in
from calendar_sync.clinic import Clinic

Open = dict[str, tuple[Span, ...]]
"""Times by clinician; one whose busy times are not known well enough is not in it."""


def clinicians_for(clinic: Clinic, language: str, visit: Booking | None) -> tuple[str, ...]:
    """Whose times suit: those of the visit's clinician, which is kept.

    For who has no visit, those of all who take new ones; where any of them are named as speaking
    the language, of these alone.
    """
    if visit is not None:
        return (visit.clinician_id,)
    if not clinic.clinicians:
        return (clinic.clinician_id,)
    new = [one for one in clinic.clinicians if one.offered]
    speaking = [one for one in new if language in one.languages]
    return tuple(one.id for one in speaking or new)


async def open_times(conn: AsyncConnection, clinic: Clinic, *, held: bool = False) -> Open:
    """What may be offered now; with `held` also what is only held and not confirmed."""
    found: Open = {}
    for each in clinic.each:
        slots = await openings_in(conn, each, held=held)
        if not isinstance(slots, Stale):
            found[each.clinician_id] = slots
    return found


def starts(open_: Open, clinicians: Iterable[str]) -> frozenset[datetime] | None:
    """When the open times of these clinicians start; None if those of one are not known."""
    if any(each not in open_ for each in clinicians):
        return None
    return frozenset(slot.start for each in clinicians for slot in open_[each])


async def first_open(conn: AsyncConnection, clinic: Clinic, language: str) -> datetime | None:
    """When the first open time starts; None if there is none, or it is not known."""
    open_ = await open_times(conn, clinic)
    slots = (open_.get(each) for each in clinicians_for(clinic, language, None))
    return min((each[0].start for each in slots if each), default=None)
