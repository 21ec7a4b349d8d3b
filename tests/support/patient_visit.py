"""A visit in the calendar, and a patient who chooses another time for it."""

from support.clinic import confirmed, row, span

from calendar_sync.availability.span import Span
from calendar_sync.bookings import free_times, patient_changes
from calendar_sync.bookings.holds import Held
from calendar_sync.bookings.patient_changes import hold_for
from calendar_sync.clinic import Clinic
from calendar_sync.sync.insert import insert

NINE, TEN, ELEVEN = (span(f"2026-12-01 {hour:02}:00") for hour in (9, 10, 11))


async def booked(clinic: Clinic, slot: Span = NINE, call_sid: str = "CA1") -> int:
    """A booking whose event is in the calendar."""
    await free_times.refresh(clinic)
    booking_id = await confirmed(clinic, slot, call_sid)
    await insert(clinic, booking_id)
    return booking_id


async def held(clinic: Clinic, visit: int, slot: Span = TEN) -> int:
    """Hold another time as the patient."""
    picked = await hold_for(clinic, visit, slot)
    assert isinstance(picked, Held)
    return picked.booking_id


async def state(clinic: Clinic, held_id: int) -> str:
    """The state of the requested move."""
    return patient_changes.move_state(await row(clinic, held_id), clinic)
