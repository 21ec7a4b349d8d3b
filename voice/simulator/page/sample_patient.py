"""A known patient: a number with a booking and texts, created the way a call creates them."""

from dataclasses import dataclass

from calendar_sync.bookings import confirmation, free_times, holds
from calendar_sync.bookings.booking import Booking, BookingNote, booking, bookings_of_call
from calendar_sync.bookings.consent import TextConsent, store_consent
from voice.bootstrap import Line
from voice.dialogue import speech
from voice.dialogue.effects import HEARD, SAFETY
from voice.flows.consent import CONSENT_VERSION

NUMBER = "+14255550177"
CALL_SID = "CA" + "0" * 31 + "1"
_SETTLED = 5.0
_CHART = {
    SAFETY: "6 of 6 answered no",
    "Foot": "right",
    "Main": "numbness or tingling",
    "How long": "over 6 months",
    "Low back": "stiff or sore",
    HEARD: "summary parts 1-6",
}


@dataclass(frozen=True, slots=True)
class SamplePatient:
    """What the page says of the patient."""

    number: str
    says: str


async def sample_patient_visit(line: Line) -> SamplePatient:
    """The patient with an upcoming booking: an existing one, or a new one at the next free time."""
    async with line.pool.connection() as conn:
        made = await bookings_of_call(conn, CALL_SID)
    coming = [each for each in made if each.state == "booked" and each.slot.start > line.now()]
    booked = coming[-1] if coming else await book(line, CALL_SID, NUMBER, len(made))
    if booked is None:
        return SamplePatient(NUMBER, "No time is free, so this patient has no booking.")
    when = speech.day_and_time(booked.slot.start, line.settings.zone).en
    return SamplePatient(NUMBER, f"Booked for {when}; visit code {booked.visit_code}.")


async def book(line: Line, call_sid: str, of_number: str, before: int) -> Booking | None:
    """Hold the first free time, confirm it, and wait for the calendar; None if no time is free.

    `before` is how many times this call has held before.
    """
    clinic = line.clinic.each[0]
    free = await free_times.free_openings(clinic)
    if isinstance(free, free_times.Stale):
        return None
    now = line.now()
    note = BookingNote("en", of_number, _CHART, now)
    for number, slot in enumerate(free, start=before):
        async with line.pool.connection() as conn:
            held = await holds.hold(conn, call_sid, f"hold-{number}", slot, clinic.clinician_id)
            if not isinstance(held, holds.Held):
                continue
            async with conn.transaction():  # so that its event says so from the first
                await confirmation.confirm(conn, held.booking_id, note)
                consent = TextConsent(of_number, CONSENT_VERSION, given=of_number == NUMBER, at=now)
                await store_consent(conn, call_sid, held.booking_id, consent)
        await confirmation.wait_until_settled(line.pool, held.booking_id, _SETTLED)
        async with line.pool.connection() as conn:
            return await booking(conn, held.booking_id)
    return None
