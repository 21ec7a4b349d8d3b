"""A patient holds times, cancels, and gives a name; staff see it in their calendar."""

from dataclasses import replace
from datetime import timedelta

import pytest
from support.clinic import (
    SetClock,
    confirmed,
    jobs_waiting,
    live_events,
    own_event,
    requests,
    row,
    span,
)
from support.patient_visit import ELEVEN, NINE, TEN, booked, held, state

from calendar_sync.bookings import free_times, patient_changes
from calendar_sync.bookings.booking import Taken
from calendar_sync.bookings.patient_changes import Cancelled, Closed, Moving, cancel, hold_for, move
from calendar_sync.clinic import Clinic
from calendar_sync.errors import BookingNotFoundError
from calendar_sync.sync.insert import insert, withdraw
from calendar_sync.sync.move import carry_out
from calendar_sync.sync.rewrite import rewrite
from calendar_sync.sync.staff_jobs import follow_all

NOTE = "Canceled by the patient ··0123"


async def titles(clinic: Clinic) -> list[str]:
    """The titles of the events in the calendar."""
    return [each.title for each in await live_events(clinic)]


async def test_times_are_held_as_in_a_call(clinic: Clinic, now: SetClock) -> None:
    """A visit holds one offered time, and a repeat keeps it."""
    visit = await booked(clinic)
    first = await held(clinic, visit, TEN)
    assert await held(clinic, visit, TEN) == first
    await held(clinic, visit, ELEVEN)
    assert await held(clinic, visit, TEN) == first
    assert await state(clinic, first) == "held"
    for wrong in ("2026-12-01 09:00", "2026-12-01 10:05", "2026-12-05 09:00", "2026-11-30 08:30"):
        assert await hold_for(clinic, visit, span(wrong)) == Taken()
    now.forward(minutes=11)
    assert isinstance(await hold_for(clinic, visit, ELEVEN), free_times.Stale)


async def test_a_time_held_for_one_visit_is_no_use_to_another(clinic: Clinic) -> None:
    """A hold for one visit or call cannot be used by another."""
    visit, other = await booked(clinic), await booked(clinic, ELEVEN, "CA2")
    picked = await held(clinic, visit)
    with pytest.raises(BookingNotFoundError):
        await move(clinic, other, picked)
    async with clinic.pool.connection() as conn:
        assert await patient_changes.held_for(conn, other, picked) is None
        assert await patient_changes.held_for(conn, visit, 10**6) is None


async def test_a_lapsed_hold_moves_the_visit_only_while_its_time_is_free(
    clinic: Clinic,
) -> None:
    """As in a call, a late confirmation works unless someone else took the time."""
    visit = await booked(clinic)
    picked = await held(clinic, visit)
    async with clinic.pool.connection() as conn:
        await conn.execute("UPDATE booking SET state = 'released' WHERE id = %s", [picked])
    other = await confirmed(clinic, TEN, "CA2")
    assert await move(clinic, visit, picked) == Taken()
    async with clinic.pool.connection() as conn:
        await conn.execute("UPDATE booking SET state = 'released' WHERE id = %s", [other])
    assert await move(clinic, visit, picked) == Moving()
    assert await move(clinic, visit, picked) == Moving()
    assert (await jobs_waiting(clinic)).count("move_event") == 1
    assert await hold_for(clinic, visit, ELEVEN) == Moving()


async def test_a_cancelled_visit_is_free_at_once_and_leaves_the_calendar(either: Clinic) -> None:
    """A patient who cancels gets no notice; only the scheduled texts are updated."""
    visit = await booked(either)
    await follow_all(either)
    assert await cancel(either, visit) == Cancelled()
    assert await cancel(either, visit) == Cancelled()
    after = await row(either, visit)
    assert (after.state, after.outcome, after.promised) == ("cancelled", "patient", None)
    assert (await jobs_waiting(either)).count("withdraw_event") == 1
    assert "tell_patient" in await jobs_waiting(either)
    await confirmed(either, NINE, "CA2")
    await withdraw(either, visit)
    await follow_all(either)
    assert await titles(either) == [NOTE]
    assert (await row(either, visit)).outcome == "patient"
    assert await requests(either) == []


async def test_a_cancelled_visit_leaves_wherever_staff_put_it_meanwhile(
    clinic: Clinic,
) -> None:
    """A cancelled visit is removed from the old and the new time alike."""
    visit = await booked(clinic)
    there = await own_event(clinic, visit)
    await clinic.calendar.move(there.event_id, ELEVEN, there.etag)
    await cancel(clinic, visit)
    await withdraw(clinic, visit)
    assert await titles(clinic) == [NOTE]


async def test_a_cancel_ends_a_move_that_is_under_way(clinic: Clinic) -> None:
    """Whichever reaches the calendar first, only the note and no held time remains."""
    visit = await booked(clinic)
    picked = await held(clinic, visit)
    await move(clinic, visit, picked)
    there = await own_event(clinic, visit)
    await clinic.calendar.move(there.event_id, TEN, there.etag)
    assert await cancel(clinic, visit) == Cancelled()
    await carry_out(clinic, picked)
    await withdraw(clinic, visit)
    assert await titles(clinic) == [NOTE]
    await confirmed(clinic, TEN, "CA2")


async def test_what_is_over_or_not_booked_stays_as_it_is(clinic: Clinic, now: SetClock) -> None:
    """A visit that has started, or that staff cancelled, can be neither moved nor cancelled."""
    visit = await booked(clinic)
    picked = await held(clinic, visit)
    waiting = await confirmed(clinic, ELEVEN, "CA3")
    assert await cancel(clinic, waiting) == Closed()
    assert await hold_for(clinic, waiting, TEN) == Closed()
    now.at = NINE.start - timedelta(seconds=1)
    assert await state(clinic, picked) == "held"
    now.at = NINE.start
    assert await move(clinic, visit, picked) == Closed()
    assert await cancel(clinic, visit) == Closed()
    assert (await row(clinic, visit)).state == "booked"


async def test_name_and_email_reach_staff_and_never_the_title(clinic: Clinic) -> None:
    """The chart note has the name and email, and an empty value removes them."""
    visit = await booked(clinic)
    title = (await own_event(clinic, visit)).title
    await patient_changes.store_contact(clinic, visit, "Ana Pérez", "ana@example.com")
    await rewrite(clinic, visit)
    event = await own_event(clinic, visit)
    assert "NAME: Ana Pérez   EMAIL: ana@example.com" in event.description
    assert event.title == title
    before = len(await jobs_waiting(clinic))
    await patient_changes.store_contact(clinic, visit, "Ana Pérez", "ana@example.com")
    assert len(await jobs_waiting(clinic)) == before
    await patient_changes.store_contact(clinic, visit, "", "")
    await rewrite(clinic, visit)
    assert "Ana" not in (await own_event(clinic, visit)).description


async def test_minimal_events_have_the_name_too(clinic: Clinic) -> None:
    """A minimal event has the name too, as it says whom to call and is not an answer."""
    minimal = replace(clinic, detail="minimal")
    visit = await confirmed(minimal, NINE, "CA1")
    await insert(minimal, visit)
    await patient_changes.store_contact(minimal, visit, "Ana", "")
    await rewrite(minimal, visit)
    note = (await own_event(minimal, visit)).description
    assert "NAME: Ana" in note
    assert "SAFETY" not in note
