"""Setting the clock back does not make old busy times fresh."""

import pytest
from support.clinic import SetClock

from calendar_sync.bookings.free_times import Stale, free_openings, refresh
from calendar_sync.clinic import Clinic


@pytest.mark.parametrize("minutes", [2, 60, 3000])
async def test_times_read_in_the_future_are_not_offered(
    clinic: Clinic, now: SetClock, minutes: int
) -> None:
    """Busy times read in the future have an unknown age and are not offered until read again."""
    await refresh(clinic)
    now.forward(minutes=-minutes)
    stale = await free_openings(clinic)
    assert isinstance(stale, Stale)
    assert "set back" in stale.why
    await refresh(clinic)
    assert isinstance(await free_openings(clinic), tuple)


async def test_clocks_of_two_machines_may_differ_a_little(clinic: Clinic, now: SetClock) -> None:
    """Busy times that another machine has just read may be offered."""
    await refresh(clinic)
    now.forward(seconds=-30)
    assert isinstance(await free_openings(clinic), tuple)
