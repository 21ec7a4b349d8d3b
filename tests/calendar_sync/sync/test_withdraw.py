"""The event of a lost booking is removed from the calendar, unless staff changed it."""

from dataclasses import replace
from pathlib import Path

import pytest
from stand_ins.google.server import Google
from support.clinic import (
    confirmed,
    hold,
    jobs_waiting,
    live_events,
    own_event,
    row,
    span,
    standing,
)
from support.faulty_calendar import FaultyCalendar
from support.google_clinic import calendar_at
from support.patient_visit import booked

from calendar_sync.bookings import notices
from calendar_sync.bookings.booking import Taken
from calendar_sync.bookings.event_text import event_id
from calendar_sync.bookings.patient_changes import cancel
from calendar_sync.calendars.contract import Event
from calendar_sync.clinic import Clinic
from calendar_sync.retry import NotYet
from calendar_sync.sync.insert import insert, withdraw
from calendar_sync.sync.staff_jobs import follow_all

NINE, TEN = span("2026-12-01 09:00"), span("2026-12-01 10:00")
LUNCH = Event(event_id("staff", "lunch", 0), NINE, "Lunch")


async def test_an_insert_slower_than_its_no_leaves_no_event_behind(
    clinic: Clinic, calendar: FaultyCalendar
) -> None:
    """If an event appears after its booking was given up, it is withdrawn."""
    booking_id = await confirmed(clinic, NINE)
    calendar.faults = {"insert": "before"}
    with pytest.raises(NotYet):
        await insert(clinic, booking_id)
    await calendar.real.insert(LUNCH)
    calendar.faults = {}
    await insert(clinic, booking_id)
    assert await standing(clinic, booking_id) == Taken()
    late = (await row(clinic, booking_id)).event_id or ""
    await calendar.real.insert(Event(late, NINE, "", booking_id=str(booking_id)))
    assert "withdraw_event" in await jobs_waiting(clinic)
    await withdraw(clinic, booking_id)
    assert [event.title for event in await live_events(clinic)] == ["Lunch"]


async def test_only_the_unmoved_event_of_a_lost_booking_is_withdrawn(clinic: Clinic) -> None:
    """Live bookings, unconfirmed holds and events that staff moved are left alone."""
    live = await confirmed(clinic, NINE, "CA1")
    await insert(clinic, live)
    held = await hold(clinic, TEN, "CA2")
    for booking_id in (live, held):
        await withdraw(clinic, booking_id)
    assert len(await live_events(clinic)) == 1
    there = await own_event(clinic, live)
    await clinic.calendar.move(there.event_id, span("2026-12-01 15:00"), there.etag)
    async with clinic.pool.connection() as conn:
        await conn.execute("UPDATE booking SET state = 'cancelled' WHERE id = %s", [live])
    await withdraw(clinic, live)
    assert len(await live_events(clinic)) == 1


async def test_a_withdrawal_that_meets_a_change_is_done_again(
    clinic: Clinic, calendar: FaultyCalendar
) -> None:
    """A version conflict overwrites nothing, and the withdrawal is retried."""
    booking_id = await confirmed(clinic, NINE)
    await insert(clinic, booking_id)
    async with clinic.pool.connection() as conn:
        await conn.execute("UPDATE booking SET state = 'cancelled' WHERE id = %s", [booking_id])
    there = await own_event(clinic, booking_id)
    calendar.meanwhile = {
        "cancel": lambda: calendar.real.rewrite(there.event_id, there.etag, title="note by staff")
    }
    with pytest.raises(NotYet):
        await withdraw(clinic, booking_id)
    await withdraw(clinic, booking_id)
    assert await live_events(clinic) == []


async def test_staff_may_bring_back_a_visit_that_its_patient_cancelled(
    clinic: Clinic, google: Google, tmp_path: Path
) -> None:
    """A cancelled visit that staff restore is booked and announced, and can be cancelled again."""
    with calendar_at(google, tmp_path) as calendar:
        at_google = replace(clinic, calendar=calendar)
        await follow_all(at_google)
        visit = await booked(at_google)
        event = (await row(clinic, visit)).event_id or ""
        for _ in range(2):
            await cancel(at_google, visit)
            google.screenings.edit(event, summary="still there")
            await follow_all(at_google)
            assert (await row(clinic, visit)).state == "cancelled"
            await withdraw(at_google, visit)
            await follow_all(at_google)
            google.screenings.restore(event)
            await withdraw(at_google, visit)
            await follow_all(at_google)
            assert (await row(clinic, visit)).state == "booked"
            async with clinic.pool.connection() as conn:
                [notice] = await notices.open_notices(conn)
            assert (notice.kind, notice.what) == ("restored", NINE)
