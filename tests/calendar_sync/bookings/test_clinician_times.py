"""Which times a caller is offered, apart from those that others are hearing."""

from datetime import datetime

from calendar_sync.bookings.clinician_times import Offered, Slot, Wish, offered_times
from calendar_sync.bookings.free_times import free_openings, refresh
from calendar_sync.clinic import Clinic


async def offered(clinic: Clinic, *rather_not: Slot) -> list[datetime]:
    """When the offered times start."""
    found = await offered_times(clinic, Wish(rather_not=lambda: rather_not))
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
    await refresh(clinic)
    openings = await free_openings(clinic)
    assert isinstance(openings, tuple)
    all_but_two = [(span.start, clinic.clinician_id) for span in openings[:-2]]
    assert await offered(clinic, *all_but_two) == await offered(clinic)
