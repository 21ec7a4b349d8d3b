"""A clinic for the waiting list."""

from dataclasses import replace

import pytest
from support.two_therapists import COLLEAGUE, with_two

from calendar_sync.calendars.local import LocalCalendar
from calendar_sync.clinic import Clinic


@pytest.fixture(params=["one therapist", "two therapists"])
def clinic(request: pytest.FixtureRequest, clinic: Clinic) -> Clinic:
    """A clinic whose only open times are those that staff open in the calendar."""
    by_hand = replace(clinic, availability="calendar")
    if request.param == "one therapist":
        return by_hand
    return with_two(by_hand, LocalCalendar(clinic.pool, COLLEAGUE))
