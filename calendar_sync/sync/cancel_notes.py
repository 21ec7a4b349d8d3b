"""Shows staff that a patient canceled a visit: a note in the calendar where the visit was.

The visit's own event is deleted, so the note is an event of its own. It leaves its time free and
belongs to no booking: staff may move or delete it, and nobody is notified.
"""

from datetime import datetime

from calendar_sync.bookings.booking import Booking
from calendar_sync.bookings.event_text import by_patient, call_line, last_four
from calendar_sync.calendars.contract import Changed, Event
from calendar_sync.clinic import Clinic
from calendar_sync.retry import NotYet, known
from calendar_sync.sync.locate import locate

CANCELLED = "Canceled by the patient"
FREE = "The time is free again. You may delete this note; nobody is told."


def cancel_note(clinic: Clinic, visit: Booking, cancelled_at: datetime) -> Event:
    """The note for the latest cancellation: who canceled, how, and when."""
    who = by_patient(visit, cancelled_at, clinic.rules.zone)
    lines = [f"CANCELED: {who}", call_line(visit.number, visit.language), FREE]
    return Event(
        id=visit.cancel_notes[-1],
        span=visit.slot,
        title=f"{CANCELLED}{last_four(visit.number)}",
        description="\n".join(lines),
        blocks=False,
    )


async def show_cancel_note(clinic: Clinic, visit: Booking) -> None:
    """Insert the note for the latest cancellation; one that staff deleted stays deleted.

    Raises NotYet if the calendar does not know.
    """
    if visit.state == "cancelled" and visit.outcome == "patient" and visit.cancelled_at:
        known(await clinic.calendar.insert(cancel_note(clinic, visit, visit.cancelled_at)))


async def remove_cancel_notes(clinic: Clinic, visit: Booking) -> None:
    """Remove the notes of a visit that staff restored. Raises NotYet if that is not sure."""
    for note_id in visit.cancel_notes:
        where, note = await locate(clinic, note_id)
        if note.cancelled:
            continue
        if isinstance(known(await where.calendar.cancel(note_id, note.etag)), Changed):
            why = "staff changed the note about a cancellation while it was being removed"
            raise NotYet(why)
