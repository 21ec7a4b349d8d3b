"""A clinic for the waiting list."""

from dataclasses import replace

import pytest

from calendar_sync.clinic import Clinic


@pytest.fixture
def clinic(clinic: Clinic) -> Clinic:
    """A clinic whose only open times are those that staff open in the calendar."""
    return replace(clinic, availability="calendar")
