"""Patients who have a visit, and call again."""

import asyncio
from dataclasses import replace

from support.clinic import NOTE, agree, confirm, hold, own_event, row, span

from calendar_sync.availability.span import Span
from calendar_sync.bookings import free_times
from calendar_sync.bookings.confirmation import Booked, wait_until_settled
from calendar_sync.calendars.contract import Changed
from calendar_sync.sync.staff_jobs import follow_all
from voice.bootstrap import Line

VOUCHED = "TN-Validation-Passed-A"
PATIENT = NOTE.number or ""
NINE, TEN = span("2026-12-01 09:00"), span("2026-12-01 10:00")


async def booked_visit(
    line: Line, slot: Span = NINE, number: str = PATIENT, *, texts: bool = True, sid: str = "CA1"
) -> int:
    """A visit in the calendar of a line with a worker; ``sid`` is the call that booked it."""
    booking_id = await hold(line.clinic, slot, sid)
    await confirm(line.clinic, booking_id, replace(NOTE, number=number))
    if texts:
        await agree(line.clinic, booking_id, sid)
    settled = await wait_until_settled(line.pool, booking_id, 10)
    assert isinstance(settled, Booked)
    await free_times.refresh(line.clinic)
    return booking_id


async def sees_in_the_event(line: Line, booking_id: int, words: str) -> None:
    """Wait until the worker has written these words into the visit's event."""
    async with asyncio.timeout(20):
        while words not in (await own_event(line.clinic, booking_id)).description:  # noqa: ASYNC110  # the worker's write
            await asyncio.sleep(0.02)


async def staff_move(line: Line, booking_id: int, to: Span) -> None:
    """Move the visit's event as staff do, and see it; the worker may be writing to it meanwhile."""
    moved: object = Changed()
    while moved == Changed():
        event = await own_event(line.clinic, booking_id)
        moved = await line.clinic.calendar.move(event.event_id, to, event.etag)
    await follow_all(line.clinic)


async def staff_cancel(line: Line, booking_id: int) -> None:
    """Delete the visit's event as staff do, and see it; the same."""
    cancelled: object = Changed()
    while cancelled == Changed():
        event = await own_event(line.clinic, booking_id)
        cancelled = await line.clinic.calendar.cancel(event.event_id, event.etag)
    await follow_all(line.clinic)


async def code_of(line: Line, booking_id: int) -> str:
    """The visit code that its patient was told."""
    return (await row(line.clinic, booking_id)).visit_code or ""
