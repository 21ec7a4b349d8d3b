"""Which times a caller is offered, apart from those that others are hearing."""

from datetime import datetime

from calendar_sync.availability.span import Span
from calendar_sync.bookings.clinician_times import Offered, Slot, Wish, offered_times
from calendar_sync.bookings.free_times import free_openings, refresh
from calendar_sync.clinic import Clinic


async def known_openings(clinic: Clinic) -> tuple[Span, ...]:
    """What is free now."""
    await refresh(clinic)
    openings = await free_openings(clinic)
    assert isinstance(openings, tuple)
    return openings


async def offered(
    clinic: Clinic, *rather_not: Slot, beyond: datetime | None = None
) -> list[datetime]:
    """When the offered times start."""
    wish = Wish(beyond=beyond, rather_not=lambda: rather_not)
    found = await offered_times(clinic, wish)
    assert isinstance(found, Offered)
    return [span.start for span, _ in found.times]


async def test_times_that_others_hear_are_passed_over_while_three_others_are_open(
    clinic: Clinic,
) -> None:
    """Who hears of them is offered the next times by the same rules."""
    await refresh(clinic)
    earliest, *_ = usual = await offered(clinic)
    passed = await offered(clinic, (earliest, clinic.clinician_id))
    assert len(passed) == len(usual)
    assert earliest not in passed
    assert await offered(clinic, (earliest, "somebody else")) == usual


async def test_they_are_offered_where_too_few_others_are_open(clinic: Clinic) -> None:
    """Nobody hears fewer times because of others."""
    openings = await known_openings(clinic)
    late = openings[-4].start
    last = (openings[-1].start, clinic.clinician_id)
    assert await offered(clinic, last, beyond=late) == [span.start for span in openings[-3:]]


async def test_no_more_than_a_quarter_of_what_is_open_is_passed_over(clinic: Clinic) -> None:
    """However many robots listen to times, a patient is offered the ones right after that."""
    openings = await known_openings(clinic)
    every = [(span.start, clinic.clinician_id) for span in reversed(openings)]
    first, *_ = await offered(clinic, *every)
    assert first == openings[len(openings) // 4].start
