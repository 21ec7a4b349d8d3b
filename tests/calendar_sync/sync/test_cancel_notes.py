"""A visit that its patient cancels leaves a note in the calendar that tells staff who and when."""

from dataclasses import replace
from typing import Literal

import pytest
from support.clinic import (
    SetClock,
    agree,
    confirmed,
    jobs_waiting,
    live_events,
    own_event,
    requests,
    row,
)
from support.faulty_calendar import FaultyCalendar
from support.google_visit import GoogleVisit
from support.patient_visit import ELEVEN, NINE, TEN, booked, held

from calendar_sync.bookings import notices
from calendar_sync.bookings.free_times import free_openings, refresh_all
from calendar_sync.bookings.patient_changes import Way, cancel, move
from calendar_sync.bookings.silent_cancel import cancel_silently
from calendar_sync.calendars.contract import CalendarEvent
from calendar_sync.clinic import Clinic
from calendar_sync.retry import NotYet
from calendar_sync.sync.insert import insert, withdraw
from calendar_sync.sync.move import carry_out
from calendar_sync.sync.removal import MAY_COME, remove_events
from calendar_sync.sync.rewrite import rewrite
from calendar_sync.sync.staff_jobs import follow_all, look


async def the_note(clinic: Clinic) -> CalendarEvent:
    """The only event in the calendar."""
    [note] = await live_events(clinic)
    return note


async def canceled(clinic: Clinic, by: Way = "phone") -> int:
    """A visit at nine that its patient canceled, with the calendar up to date."""
    visit = await booked(clinic)
    await follow_all(clinic)
    await cancel(clinic, visit, by)
    await withdraw(clinic, visit)
    await follow_all(clinic)
    return visit


@pytest.mark.parametrize(("by", "way"), [("phone", " by phone"), ("page", "")])
@pytest.mark.parametrize("detail", ["full", "minimal"])
async def test_the_note_says_who_canceled_and_when(
    either: Clinic, by: Way, way: str, detail: Literal["full", "minimal"]
) -> None:
    """It stands where the visit was, with the number to call and no answers."""
    await canceled(replace(either, detail=detail), by)
    note = await the_note(either)
    assert (note.span, note.title, note.booking_id) == (
        NINE,
        "Canceled by the patient ··0123",
        None,
    )
    assert note.description.splitlines() == [
        f"CANCELED: by the patient{way}, Nov 30, 8:00 AM PT.",
        "CALL: +1 425 555 0123",
        "The time is free again. You may delete this note; nobody is told.",
    ]


async def test_the_note_blocks_no_time(either: Clinic) -> None:
    """The time is offered again, the next visit there is booked and overlaps nothing."""
    await canceled(either)
    await refresh_all(either)
    free = await free_openings(either)
    assert isinstance(free, tuple)
    assert NINE in free
    second = await confirmed(either, NINE, "CA2")
    await insert(either, second)
    await follow_all(either)
    await look(either, second)
    assert (await row(either, second)).state == "booked"
    assert (await row(either, second)).warning == ""


async def test_staff_may_do_anything_with_the_note(google_visit: GoogleVisit) -> None:
    """Edited, moved, deleted and restored, it notifies nobody and never becomes a visit."""
    clinic, google, visit, _ = google_visit
    await agree(clinic, visit)
    await cancel(clinic, visit)
    await withdraw(clinic, visit)
    await follow_all(clinic)
    note = (await the_note(clinic)).event_id
    before = await jobs_waiting(clinic)
    google.screenings.edit(note, summary="called, wants to rebook")
    await follow_all(clinic)
    at_noon = await clinic.calendar.find(note)
    assert isinstance(at_noon, CalendarEvent)
    await clinic.calendar.move(note, ELEVEN, at_noon.etag)
    await follow_all(clinic)
    google.screenings.delete(note)
    await follow_all(clinic)
    google.screenings.restore(note)
    await follow_all(clinic)
    assert (await row(clinic, visit)).state == "cancelled"
    assert await jobs_waiting(clinic) == before
    assert await requests(clinic) == []
    async with clinic.pool.connection() as conn:
        assert await notices.open_notices(conn) == []


async def test_a_note_that_staff_deleted_stays_deleted(google_visit: GoogleVisit) -> None:
    """A job that runs again after a crash does not bring it back."""
    clinic, google, visit, event = google_visit
    await cancel(clinic, visit)
    google.meanwhile["events.delete"] = lambda: google.screenings.edit(event, summary="mine")
    with pytest.raises(NotYet):
        await withdraw(clinic, visit)
    google.meanwhile.clear()
    [note] = [each.event_id for each in await live_events(clinic) if each.event_id != event]
    google.screenings.delete(note)
    await withdraw(clinic, visit)
    assert await live_events(clinic) == []


async def test_a_restored_visit_takes_the_place_of_its_note(google_visit: GoogleVisit) -> None:
    """Its event says what happened, and a second cancellation leaves a new note."""
    clinic, google, visit, event = google_visit
    await agree(clinic, visit)
    for _ in range(2):
        await cancel(clinic, visit, "phone")
        await withdraw(clinic, visit)
        await follow_all(clinic)
        assert (await the_note(clinic)).title == "Canceled by the patient ··0123"
        google.screenings.restore(event)
        await follow_all(clinic)
        await look(clinic, visit)
        there = await the_note(clinic)
        assert there.event_id == event
        said = "RESTORED after CANCELED: by the patient by phone, Nov 30, 8:00 AM PT."
        assert said in there.description


async def test_a_visit_that_was_moved_leaves_its_note_where_it_was_last(
    either: Clinic, now: SetClock
) -> None:
    """How it was moved before does not matter to how it was canceled."""
    visit = await booked(either)
    picked = await held(either, visit)
    await move(either, visit, picked, by="phone")
    await carry_out(either, picked)
    await rewrite(either, visit)
    moved = (await own_event(either, visit)).description
    assert moved.count("MOVED: by the patient by phone, Nov 30, 8:00 AM PT.") == 1
    now.forward(minutes=1)
    await cancel(either, visit, "page")
    await withdraw(either, visit)
    note = await the_note(either)
    assert note.span == TEN
    assert "CANCELED: by the patient, Nov 30, 8:01 AM PT." in note.description


async def test_a_calendar_that_does_not_answer_gets_the_note_later(
    clinic: Clinic, calendar: FaultyCalendar
) -> None:
    """The visit's event stays until the note is there, and the job is tried again."""
    visit = await booked(clinic)
    await cancel(clinic, visit)
    calendar.faults = {"insert": "before"}
    with pytest.raises(NotYet):
        await withdraw(clinic, visit)
    assert (await the_note(clinic)).booking_id == str(visit)
    calendar.faults = {"insert": "after"}
    with pytest.raises(NotYet):
        await withdraw(clinic, visit)
    calendar.faults = {}
    await withdraw(clinic, visit)
    assert (await the_note(clinic)).booking_id is None


async def test_whoever_is_forgotten_leaves_no_note(either: Clinic) -> None:
    """The notes go with the events, and the time until a lost insert may appear is waited for."""
    visit = await canceled(either)
    other = await booked(either, ELEVEN, "CA2")
    await cancel(either, other)
    async with either.pool.connection() as conn:
        await cancel_silently(conn, [visit, other], [])
    done = await remove_events(either, [visit, other], [])
    assert (done.events, done.problems) == (2, (MAY_COME,))
    assert await live_events(either) == []
    async with either.pool.connection() as conn:
        await conn.execute("UPDATE booking SET expires_at = now() - interval '3 minutes'")
    assert (await remove_events(either, [visit, other], [])).problems == ()


async def test_what_is_canceled_without_the_patient_leaves_no_note(
    google_visit: GoogleVisit,
) -> None:
    """Neither staff who delete a visit nor a flood that is undone."""
    clinic, google, visit, event = google_visit
    other = await booked(clinic, TEN, "CA2")
    google.screenings.delete(event)
    await follow_all(clinic)
    async with clinic.pool.connection() as conn:
        await cancel_silently(conn, [other], [])
    for each in (visit, other):
        await withdraw(clinic, each)
    assert [each.title for each in await live_events(clinic) if "Canceled" in each.title] == []
