"""Which changes of a booking queue the job that plans its patient's texts."""

import pytest
from support.clinic import agree, confirmed, jobs_waiting, own_event
from support.patient_visit import NINE, booked

from calendar_sync.clinic import Clinic
from calendar_sync.sync.insert import insert
from calendar_sync.sync.staff_jobs import follow_all


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


async def test_other_words_in_its_event_do_not(either: Clinic) -> None:
    """They leave the visit where it is, and so does a video link that the calendar adds."""
    booking_id = await booked(either)
    await agree(either, booking_id)
    before, there = await jobs_waiting(either), await own_event(either, booking_id)
    await either.calendar.rewrite(there.event_id, there.etag, title="Called Bob")
    await follow_all(either)
    assert (await jobs_waiting(either))[len(before) :] == ["look_at_event"]
