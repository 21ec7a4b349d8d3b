"""A patient moves or cancels a visit: the new is secured before the old goes, and staff see it."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from clinic import SetClock, confirmed, jobs_waiting, live_events, own_event, requests, row, span
from faulty_diary import FaultyDiary
from google_clinic import diary_at
from google_stand_in.server import Google

from calendar_sync import busy_times, call_backs, patient_changes
from calendar_sync.bookings import Held, Taken, hold
from calendar_sync.desk import Desk
from calendar_sync.diary import Entry, Event
from calendar_sync.event import event_id
from calendar_sync.faults import BookingMissing, NotYet
from calendar_sync.inserting import insert, withdraw
from calendar_sync.jobs import reconcile
from calendar_sync.moving import carry_out
from calendar_sync.patient_changes import Cancelled, Closed, Moving, cancel, hold_for, move
from calendar_sync.rewriting import rewrite
from calendar_sync.span import Span
from calendar_sync.staff_jobs import follow_all

NINE, TEN, ELEVEN = (span(f"2026-12-01 {hour:02}:00") for hour in (9, 10, 11))


@pytest_asyncio.fixture(params=["local", "google"])
async def either(
    request: pytest.FixtureRequest, desk: Desk, tmp_path: Path
) -> AsyncGenerator[Desk]:
    """A clinic with either diary, whose busy times are read."""
    async with AsyncExitStack() as stack:
        if request.param == "google":
            google = stack.enter_context(Google())
            diary = stack.enter_context(diary_at(google, tmp_path))
            desk = replace(desk, diary=diary)
        await follow_all(desk)
        await busy_times.refresh(desk)
        yield desk


async def booked(desk: Desk, slot: Span = NINE, call_sid: str = "CA1") -> int:
    """A booking that stands in the calendar."""
    await busy_times.refresh(desk)
    booking_id = await confirmed(desk, slot, call_sid)
    await insert(desk, booking_id)
    return booking_id


async def held(desk: Desk, visit: int, slot: Span = TEN) -> int:
    """A time that the patient picked."""
    picked = await hold_for(desk, visit, slot)
    assert isinstance(picked, Held)
    return picked.booking_id


async def state(desk: Desk, held_id: int) -> str:
    """Where the move stands."""
    return patient_changes.move_state(await row(desk, held_id), desk)


async def test_a_move_keeps_the_event_and_frees_the_old_time(either: Desk) -> None:
    """Same event, same words of staff, new time; the old one can be booked at once."""
    visit = await booked(either)
    there = await own_event(either, visit)
    await either.diary.rewrite(there.event_id, there.etag, title="Bring the X-ray")
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


async def test_the_reading_of_changes_takes_our_move_for_ours(either: Desk) -> None:
    """Nothing is owed to the patient, and nothing is called staff's."""
    visit = await booked(either)
    await follow_all(either)
    picked = await held(either, visit)
    await move(either, visit, picked)
    await carry_out(either, picked)
    await follow_all(either)
    assert (await row(either, visit)).slot == TEN
    assert await requests(either) == []


async def test_a_move_whose_answer_was_lost_is_found_by_the_reading(clinic: Desk) -> None:
    """The event stands at the held time before the booking knows: still the patient's move."""
    visit = await booked(clinic)
    await follow_all(clinic)
    picked = await held(clinic, visit)
    await move(clinic, visit, picked)
    there = await own_event(clinic, visit)
    assert isinstance(await clinic.diary.move(there.event_id, TEN, there.etag), Entry)
    await follow_all(clinic)
    assert await state(clinic, picked) == "moved"
    assert (await row(clinic, visit)).promised == TEN
    await carry_out(clinic, picked)
    assert await requests(clinic) == []


async def test_a_reading_begun_before_the_move_does_not_undo_it(
    clinic: Desk, diary: FaultyDiary
) -> None:
    """It holds the old version of the event, which our move replaced."""
    visit = await booked(clinic)
    picked = await held(clinic, visit)
    await move(clinic, visit, picked)
    old = await diary.real.changes(None)

    async def as_it_was(_: str | None) -> object:
        await carry_out(clinic, picked)
        return old

    stale = replace(clinic, diary=replace(diary))
    stale.diary.changes = as_it_was  # type: ignore[method-assign,assignment]
    await follow_all(stale)
    assert (await row(clinic, visit)).slot == TEN


@pytest.mark.parametrize("staff", ["move", "cancel"])
async def test_staff_who_are_first_win(clinic: Desk, diary: FaultyDiary, staff: str) -> None:
    """The version does not fit, the event is read again, and the patient's wish is dropped."""
    visit = await booked(clinic)
    await follow_all(clinic)
    picked = await held(clinic, visit)
    await move(clinic, visit, picked)
    there = await own_event(clinic, visit)
    diary.meanwhile = {
        "move": lambda: (
            diary.real.move(there.event_id, ELEVEN, there.etag)
            if staff == "move"
            else diary.real.cancel(there.event_id, there.etag)
        )
    }
    await carry_out(clinic, picked)
    assert await state(clinic, picked) == "changed"
    await follow_all(clinic)
    after = await row(clinic, visit)
    wins = (ELEVEN, "booked") if staff == "move" else (NINE, "cancelled")
    assert (after.slot, after.state) == wins
    await confirmed(clinic, TEN, "CA2")


async def test_staff_whose_change_is_read_first_win_too(clinic: Desk) -> None:
    """The wish is dropped with the change, so the job finds nothing to do."""
    visit = await booked(clinic)
    await follow_all(clinic)
    picked = await held(clinic, visit)
    await move(clinic, visit, picked)
    there = await own_event(clinic, visit)
    await clinic.diary.move(there.event_id, ELEVEN, there.etag)
    await follow_all(clinic)
    await carry_out(clinic, picked)
    assert await state(clinic, picked) == "changed"
    assert (await own_event(clinic, visit)).span == ELEVEN


async def test_a_time_that_filled_up_in_the_calendar_is_not_taken(clinic: Desk) -> None:
    """Busy is asked again just before; the visit stays where it is."""
    visit = await booked(clinic)
    picked = await held(clinic, visit)
    await move(clinic, visit, picked)
    await clinic.diary.insert(Event(event_id("staff", "lunch", 0), TEN, "Lunch"))
    await carry_out(clinic, picked)
    assert await state(clinic, picked) == "taken"
    assert (await row(clinic, visit)).slot == (await own_event(clinic, visit)).span == NINE


async def test_a_silent_calendar_is_asked_again(clinic: Desk, diary: FaultyDiary) -> None:
    """Until it answers the visit has its old time, and both times are the patient's."""
    visit = await booked(clinic)
    picked = await held(clinic, visit)
    await move(clinic, visit, picked)
    diary.faults = {"move": "after"}
    with pytest.raises(NotYet):
        await carry_out(clinic, picked)
    assert await state(clinic, picked) == "moving"
    for slot in (NINE, TEN):
        async with clinic.pool.connection() as conn:
            assert await hold(conn, "CA2", f"hold {slot.start}", slot) == Taken()
    diary.faults = {}
    await carry_out(clinic, picked)
    assert await state(clinic, picked) == "moved"
    assert diary.asked.count("move") == 1


async def test_a_move_that_waits_too_long_is_given_to_staff(
    clinic: Desk, diary: FaultyDiary, now: SetClock
) -> None:
    """After five minutes staff see it; once the time has come it is given up."""
    visit = await booked(clinic)
    picked = await held(clinic, visit)
    await move(clinic, visit, picked)
    async with clinic.pool.connection() as conn:
        await conn.execute("DELETE FROM procrastinate_jobs")
        await conn.execute("UPDATE booking SET confirmed_at = now() - interval '6 minutes'")
    await reconcile(clinic)
    assert await jobs_waiting(clinic) == ["move_event"]
    assert await requests(clinic) == [call_backs.NOT_MOVED_YET]
    diary.faults = {"find": "before"}
    now.at = NINE.start
    await carry_out(clinic, picked)
    assert await state(clinic, picked) == "changed"
    assert call_backs.NOT_MOVED in await requests(clinic)


async def test_times_are_held_as_in_a_call(clinic: Desk, now: SetClock) -> None:
    """One at a time, the same again is the same, and only what a caller would be offered."""
    visit = await booked(clinic)
    first = await held(clinic, visit, TEN)
    assert await held(clinic, visit, TEN) == first
    await held(clinic, visit, ELEVEN)
    assert await held(clinic, visit, TEN) == first
    assert await state(clinic, first) == "held"
    for wrong in ("2026-12-01 09:00", "2026-12-01 10:05", "2026-12-05 09:00", "2026-11-30 08:30"):
        assert await hold_for(clinic, visit, span(wrong)) == Taken()
    now.forward(minutes=11)
    assert isinstance(await hold_for(clinic, visit, ELEVEN), busy_times.Stale)


async def test_a_time_held_for_one_visit_is_no_use_to_another(clinic: Desk) -> None:
    """Nor is the hold of a caller."""
    visit, other = await booked(clinic), await booked(clinic, ELEVEN, "CA2")
    picked = await held(clinic, visit)
    with pytest.raises(BookingMissing):
        await move(clinic, other, picked)
    async with clinic.pool.connection() as conn:
        assert await patient_changes.held_for(conn, other, picked) is None
        assert await patient_changes.held_for(conn, visit, 10**6) is None


async def test_a_lapsed_hold_moves_the_visit_only_while_its_time_is_free(clinic: Desk) -> None:
    """As in a call: late is no harm, unless somebody else was faster."""
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


async def test_a_cancelled_visit_is_free_at_once_and_leaves_the_calendar(either: Desk) -> None:
    """The patient knows, so nothing is owed to them but the news."""
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
    assert await live_events(either) == []
    assert (await row(either, visit)).outcome == "patient"
    assert await requests(either) == []


async def test_a_cancelled_visit_leaves_wherever_staff_put_it_meanwhile(clinic: Desk) -> None:
    """Nobody will come, neither at the old time nor at the new one."""
    visit = await booked(clinic)
    there = await own_event(clinic, visit)
    await clinic.diary.move(there.event_id, ELEVEN, there.etag)
    await cancel(clinic, visit)
    await withdraw(clinic, visit)
    assert await live_events(clinic) == []


async def test_a_cancel_ends_a_move_that_is_under_way(clinic: Desk) -> None:
    """Whichever reaches the calendar first, no event and no held time is left."""
    visit = await booked(clinic)
    picked = await held(clinic, visit)
    await move(clinic, visit, picked)
    there = await own_event(clinic, visit)
    await clinic.diary.move(there.event_id, TEN, there.etag)
    assert await cancel(clinic, visit) == Cancelled()
    await carry_out(clinic, picked)
    await withdraw(clinic, visit)
    assert await live_events(clinic) == []
    await confirmed(clinic, TEN, "CA2")


async def test_what_is_over_or_not_booked_stays_as_it_is(clinic: Desk, now: SetClock) -> None:
    """From its start a visit can be neither moved nor cancelled; nor can one staff cancelled."""
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


async def test_name_and_email_reach_staff_and_never_the_title(clinic: Desk) -> None:
    """The chart note has them; an empty one takes them out again."""
    visit = await booked(clinic)
    title = (await own_event(clinic, visit)).title
    await patient_changes.keep_contact(clinic, visit, "Ana Pérez", "ana@example.com")
    await rewrite(clinic, visit)
    event = await own_event(clinic, visit)
    assert "NAME: Ana Pérez   EMAIL: ana@example.com" in event.description
    assert event.title == title
    before = len(await jobs_waiting(clinic))
    await patient_changes.keep_contact(clinic, visit, "Ana Pérez", "ana@example.com")
    assert len(await jobs_waiting(clinic)) == before
    await patient_changes.keep_contact(clinic, visit, "", "")
    await rewrite(clinic, visit)
    assert "Ana" not in (await own_event(clinic, visit)).description


async def test_minimal_events_have_the_name_too(clinic: Desk) -> None:
    """It is whom to call, as the number is, and no answer."""
    minimal = replace(clinic, detail="minimal")
    visit = await confirmed(minimal, NINE, "CA1")
    await insert(minimal, visit)
    await patient_changes.keep_contact(minimal, visit, "Ana", "")
    await rewrite(minimal, visit)
    note = (await own_event(minimal, visit)).description
    assert "NAME: Ana" in note
    assert "SAFETY" not in note
