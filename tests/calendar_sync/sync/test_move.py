"""A patient's move secures the new time before it frees the old one; the calendar decides."""

from contextlib import suppress
from dataclasses import replace

import pytest
from psycopg import AsyncConnection
from support.clinic import SetClock, confirmed, jobs_waiting, own_event, requests, row
from support.faulty_calendar import FaultyCalendar
from support.patient_visit import ELEVEN, NINE, TEN, booked, held, state

from calendar_sync.bookings.booking import Booking, Taken, booking
from calendar_sync.bookings.call_back_reasons import Reason
from calendar_sync.bookings.event_text import event_id
from calendar_sync.bookings.holds import hold
from calendar_sync.bookings.patient_changes import Moving, move
from calendar_sync.calendars.contract import CalendarEvent, Event
from calendar_sync.clinic import Clinic
from calendar_sync.retry import NotYet
from calendar_sync.sync.jobs import reconcile
from calendar_sync.sync.move import carry_out
from calendar_sync.sync.staff_jobs import follow_all


async def test_a_move_keeps_the_event_and_frees_the_old_time(either: Clinic) -> None:
    """A move keeps the event and staff's text, and frees the old time for booking at once."""
    visit = await booked(either)
    there = await own_event(either, visit)
    await either.calendar.rewrite(there.event_id, there.etag, title="Bring the X-ray")
    picked = await held(either, visit)
    assert await move(either, visit, picked) == Moving()
    assert await state(either, picked) == "moving"
    await carry_out(either, picked)
    assert await state(either, picked) == "moved"
    after, event = await row(either, visit), await own_event(either, visit)
    assert (after.slot, after.promised, after.etag) == (TEN, TEN, event.etag)
    assert (event.event_id, event.span, event.title) == (there.event_id, TEN, "Bring the X-ray")
    assert {"tell_patient", "rewrite_event"} <= set(await jobs_waiting(either))
    await confirmed(either, NINE, "CA2")


async def test_a_move_that_another_run_is_finishing_is_not_made_twice(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The held time may be read before the commit of that run, and the visit after it."""
    visit = await booked(clinic)
    picked = await held(clinic, visit)
    await move(clinic, visit, picked)
    waiting = await row(clinic, picked)
    await carry_out(clinic, picked)
    moved = await own_event(clinic, visit)

    async def as_it_was(conn: AsyncConnection, booking_id: int, *, lock: bool = False) -> Booking:
        return (
            waiting
            if booking_id == picked and not lock
            else await booking(conn, booking_id, lock=lock)
        )

    monkeypatch.setattr("calendar_sync.sync.move.booking", as_it_was)
    with suppress(NotYet):
        await carry_out(clinic, picked)
    assert (await own_event(clinic, visit)).etag == moved.etag == (await row(clinic, visit)).etag


async def test_the_reading_of_changes_takes_our_move_for_ours(either: Clinic) -> None:
    """A sync sees the patient's own move as ours: no notice, and not a staff change."""
    visit = await booked(either)
    await follow_all(either)
    picked = await held(either, visit)
    await move(either, visit, picked)
    await carry_out(either, picked)
    await follow_all(either)
    assert (await row(either, visit)).slot == TEN
    assert await requests(either) == []


async def test_a_move_whose_answer_was_lost_is_found_by_the_reading(clinic: Clinic) -> None:
    """A move whose response was lost is recognized by the sync as the patient's move."""
    visit = await booked(clinic)
    await follow_all(clinic)
    picked = await held(clinic, visit)
    await move(clinic, visit, picked)
    there = await own_event(clinic, visit)
    assert isinstance(await clinic.calendar.move(there.event_id, TEN, there.etag), CalendarEvent)
    await follow_all(clinic)
    assert await state(clinic, picked) == "moved"
    assert (await row(clinic, visit)).promised == TEN
    await carry_out(clinic, picked)
    assert await requests(clinic) == []


async def test_a_reading_begun_before_the_move_does_not_undo_it(
    clinic: Clinic, calendar: FaultyCalendar
) -> None:
    """A sync that read the old version before the move does not undo it."""
    visit = await booked(clinic)
    picked = await held(clinic, visit)
    await move(clinic, visit, picked)
    old = await calendar.real.changes(None)

    async def as_it_was(_: str | None) -> object:
        await carry_out(clinic, picked)
        return old

    stale = replace(clinic, calendar=replace(calendar))
    stale.calendar.changes = as_it_was  # type: ignore[method-assign,assignment]  # this one call
    await follow_all(stale)
    assert (await row(clinic, visit)).slot == TEN


@pytest.mark.parametrize("staff", ["move", "cancel"])
async def test_staff_who_are_first_win(
    clinic: Clinic, calendar: FaultyCalendar, staff: str
) -> None:
    """On a version conflict the event is reread and the patient's move is dropped."""
    visit = await booked(clinic)
    await follow_all(clinic)
    picked = await held(clinic, visit)
    await move(clinic, visit, picked)
    there = await own_event(clinic, visit)
    calendar.meanwhile = {
        "move": lambda: (
            calendar.real.move(there.event_id, ELEVEN, there.etag)
            if staff == "move"
            else calendar.real.cancel(there.event_id, there.etag)
        )
    }
    await carry_out(clinic, picked)
    assert await state(clinic, picked) == "changed"
    await follow_all(clinic)
    after = await row(clinic, visit)
    wins = (ELEVEN, "booked") if staff == "move" else (NINE, "cancelled")
    assert (after.slot, after.state) == wins
    await confirmed(clinic, TEN, "CA2")


async def test_staff_whose_change_is_read_first_win_too(clinic: Clinic) -> None:
    """A staff change that is synced first drops the patient's move, so the job does nothing."""
    visit = await booked(clinic)
    await follow_all(clinic)
    picked = await held(clinic, visit)
    await move(clinic, visit, picked)
    there = await own_event(clinic, visit)
    await clinic.calendar.move(there.event_id, ELEVEN, there.etag)
    await follow_all(clinic)
    await carry_out(clinic, picked)
    assert await state(clinic, picked) == "changed"
    assert (await own_event(clinic, visit)).span == ELEVEN


async def test_a_time_that_filled_up_in_the_calendar_is_not_taken(clinic: Clinic) -> None:
    """Busy times are checked again just before a move; if the time filled up, the visit stays."""
    visit = await booked(clinic)
    picked = await held(clinic, visit)
    await move(clinic, visit, picked)
    await clinic.calendar.insert(Event(event_id("staff", "lunch", 0), TEN, "Lunch"))
    await carry_out(clinic, picked)
    assert await state(clinic, picked) == "taken"
    assert (await row(clinic, visit)).slot == (await own_event(clinic, visit)).span == NINE


async def test_a_silent_calendar_is_asked_again(clinic: Clinic, calendar: FaultyCalendar) -> None:
    """Until the calendar answers, the visit keeps its old time and both times are held."""
    visit = await booked(clinic)
    picked = await held(clinic, visit)
    await move(clinic, visit, picked)
    calendar.faults = {"move": "after"}
    with pytest.raises(NotYet):
        await carry_out(clinic, picked)
    assert await state(clinic, picked) == "moving"
    for slot in (NINE, TEN):
        async with clinic.pool.connection() as conn:
            assert await hold(conn, "CA2", f"hold {slot.start}", slot) == Taken()
    calendar.faults = {}
    await carry_out(clinic, picked)
    assert await state(clinic, picked) == "moved"
    assert calendar.asked.count("move") == 1


async def test_a_move_that_waits_too_long_is_given_to_staff(
    clinic: Clinic, calendar: FaultyCalendar, now: SetClock
) -> None:
    """A pending move is shown to staff after five minutes and dropped once its time arrives."""
    visit = await booked(clinic)
    picked = await held(clinic, visit)
    await move(clinic, visit, picked)
    async with clinic.pool.connection() as conn:
        await conn.execute("DELETE FROM procrastinate_jobs")
        await conn.execute("UPDATE booking SET confirmed_at = now() - interval '6 minutes'")
    await reconcile(clinic)
    assert await jobs_waiting(clinic) == ["move_event"]
    assert await requests(clinic) == [Reason.NOT_MOVED_YET.words()]
    calendar.faults = {"find": "before"}
    now.at = NINE.start
    await carry_out(clinic, picked)
    assert await state(clinic, picked) == "changed"
    assert Reason.NOT_MOVED.words() in await requests(clinic)
