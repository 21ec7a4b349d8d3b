"""Which changes of a booking queue the job that plans its patient's texts."""

import pytest
from support.clinic import agree, confirmed, jobs_waiting
from support.patient_visit import NINE

from calendar_sync.clinic import Clinic
from calendar_sync.sync.insert import insert


@pytest.mark.parametrize("agreed", [False, True])
async def test_a_booking_does_if_its_patient_has_agreed_to_texts_by_then(
    clinic: Clinic,
    agreed: bool,  # noqa: FBT001
) -> None:
    """Most callers are asked after it; then their answer queues the job."""
    booking_id = await confirmed(clinic, NINE)
    if agreed:
        await agree(clinic, booking_id)
    before = await jobs_waiting(clinic)
    await insert(clinic, booking_id)
    assert ("tell_patient" in (await jobs_waiting(clinic))[len(before) :]) == agreed
