"""The page reports a move or a cancellation only once it is true."""

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio
from support.clinic import SetClock, confirmed, jobs_waiting, own_event, row, span
from support.faulty_calendar import FaultyCalendar
from support.patient_page import Answer, Patient, patient_of

from calendar_sync.availability.span import Span
from calendar_sync.bookings import patient_changes
from calendar_sync.bookings.event_text import event_id
from calendar_sync.calendars.contract import Event
from calendar_sync.sync.move import carry_out
from calendar_sync.sync.staff_jobs import follow_all
from voice.background import run_in_background
from voice.bootstrap import Line
from voice.worker import work

NINE, TEN, ELEVEN = span("2026-12-01 09:00"), span("2026-12-02 10:00"), span("2026-12-02 11:00")


@pytest_asyncio.fixture
async def worker(line: Line) -> AsyncGenerator[None]:
    """A worker for the line's jobs."""
    async with run_in_background(work(line.clinic)):
        yield


async def pick(patient: Patient, slot: Span = TEN) -> Answer:
    """Choose a time; returns the redirect."""
    return await patient.sends("/move", start=slot.start.isoformat())


async def held_by(patient: Patient, slot: Span = TEN) -> int:
    """Choose a free time; returns the hold's id."""
    return int((await pick(patient, slot)).headers["location"].rpartition("/")[2])


async def test_the_times_are_those_of_the_call_by_day(patient: Patient) -> None:
    """Every open day and its times are offered, but never the visit's own time."""
    page = await patient.opens("/move")
    assert "Your visit stays on Tuesday, December 1st, at 9 AM, Pacific time" in page.text
    days = [to for to in page.links() if "day=" in to]
    assert len(days) == 11
    assert f"{patient.path}/move?day=2026-12-01#times" in days
    first = await patient.opens("/move?day=2026-12-01")
    assert "9:30\u00a0AM" in first.html
    assert 'name="start" value="2026-12-01T17:00:00+00:00"' not in first.html
    assert 'aria-current="true"' in first.html
    for odd in ("2026-12-05", "yesterday", "9999-12-31"):
        assert (await patient.opens(f"/move?day={odd}")).text == page.text


@pytest.mark.usefixtures("worker")
async def test_a_visit_is_moved_in_two_presses(patient: Patient, line: Line, visit: int) -> None:
    """A chosen and confirmed visit is called moved once the calendar has it."""
    asks = await patient.follows(await pick(patient))
    assert "Move your visit?" in asks.text
    assert "Wednesday, December 2nd, at 10 AM" in asks.text
    assert (await row(line.clinic, visit)).slot == NINE
    moved = await patient.follows(await patient.sends(f"/move/{await held_by(patient)}"))
    assert "Your visit is moved." in moved.text
    assert "Wednesday, December 2nd" in moved.text
    assert (await own_event(line.clinic, visit)).span == TEN


async def test_a_move_that_is_under_way_is_not_called_moved(
    patient: Patient, line: Line, visit: int
) -> None:
    """The old time stays, the page refreshes itself, and no second move can start."""
    held = await held_by(patient)
    await patient_changes.move(line.clinic, visit, held)
    waits = await patient.opens(f"/move/{held}")
    assert waits.headers["refresh"] == "3"
    assert "We are moving your visit" in waits.text
    assert "Tuesday, December 1st" in waits.text
    assert (await patient.opens("/move")).headers["location"] == f"{patient.path}/move/{held}"
    assert (await pick(patient, ELEVEN)).headers["location"] == f"{patient.path}/move"
    assert "Tuesday, December 1st" in (await patient.opens("?moved=1")).text
    assert "Your visit is moved" not in (await patient.opens("?moved=1")).text
    await carry_out(line.clinic, held)
    assert (
        "Your visit is moved." in (await patient.follows(await patient.opens(f"/move/{held}"))).text
    )


async def test_a_time_that_somebody_has_is_not_held(
    patient: Patient, line: Line, visit: int
) -> None:
    """A taken time, a time never offered and an invalid time are refused."""
    await confirmed(line.clinic, TEN, "CA2")
    taken = await pick(patient)
    assert taken.status == 409
    assert "that time was just taken" in taken.text
    for odd in ("2026-12-02T03:00:00+00:00", "2026-12-02T18:00:00", "now", "9999-12-31T23:59:59"):
        answer = await patient.sends("/move", start=odd)
        assert answer.status == 409 or answer.headers["location"] == f"{patient.path}/move"
    assert (await row(line.clinic, visit)).slot == NINE


async def test_a_time_that_fills_up_after_the_yes_is_told(
    patient: Patient, line: Line, visit: int, calendar: FaultyCalendar
) -> None:
    """The visit stays as it is, and other times are offered."""
    held = await held_by(patient)
    await patient_changes.move(line.clinic, visit, held)
    await calendar.real.insert(Event(event_id("staff", "lunch", 0), TEN, "Lunch"))
    await carry_out(line.clinic, held)
    told = await patient.opens(f"/move/{held}")
    assert "that time was just taken" in told.text
    assert "Your visit stays on Tuesday" in told.text


async def test_staff_who_moved_it_meanwhile_are_right(
    patient: Patient, line: Line, visit: int
) -> None:
    """The page says that the visit could not be moved, and shows its current time."""
    held = await held_by(patient)
    await patient_changes.move(line.clinic, visit, held)
    there = await own_event(line.clinic, visit)
    await line.clinic.calendar.move(there.event_id, ELEVEN, there.etag)
    await follow_all(line.clinic)
    told = await patient.follows(await patient.opens(f"/move/{held}"))
    assert "could not be moved" in told.text
    assert "11:00\u00a0AM" in told.html


async def test_a_hold_that_lapsed_is_chosen_again(patient: Patient, line: Line) -> None:
    """The id of another visit's hold does not work."""
    held = await held_by(patient)
    async with line.pool.connection() as conn:
        await conn.execute("UPDATE booking SET state = 'released' WHERE id = %s", [held])
    assert "not kept for you any more" in (await patient.opens(f"/move/{held}")).text
    other = await confirmed(line.clinic, ELEVEN, "CA2")
    for odd in (other, 10**17, 10**30, "x", "-1", "²"):
        answer = await patient.opens(f"/move/{odd}")
        assert answer.headers["location"] == f"{patient.path}/move"
        sent = await patient.sends(f"/move/{odd}")
        assert sent.headers["location"] == f"{patient.path}/move"
    assert (await row(line.clinic, other)).slot == ELEVEN


async def test_when_nobody_can_read_the_calendar_nothing_is_offered(
    patient: Patient, now: SetClock
) -> None:
    """The page says so, and gives the number to call."""
    now.forward(minutes=11)
    page = await patient.opens("/move")
    assert "We can not see the schedule right now" in page.text
    assert "<button" not in page.html


async def test_a_visit_is_cancelled_after_one_question(
    patient: Patient, line: Line, visit: int
) -> None:
    """The page says so and how to book again, and the calendar follows."""
    asks = await patient.opens("/cancel")
    assert "Cancel this visit?" in asks.text
    key = asks.html.partition('name="key" value="')[2][:64]
    cancelled = await patient.follows(await patient.sends("/cancel", key=key))
    assert "This visit is canceled" in cancelled.text
    assert "To book a new time, call us: 425-202-5687" in cancelled.text
    assert (await row(line.clinic, visit)).outcome == "patient"
    assert {"withdraw_event", "tell_patient"} <= set(await jobs_waiting(line.clinic))
    for gone in ("/cancel", "/move", "/visit.ics"):
        assert (await patient.opens(gone)).headers["location"] == patient.path
    again = await patient.follows(await patient.sends("/cancel", key=key))
    assert "This visit is canceled" in again.text


async def test_a_visit_that_staff_cancelled_meanwhile_says_so(
    patient: Patient, line: Line, visit: int
) -> None:
    """The page says so, whatever the patient presses."""
    await follow_all(line.clinic)
    opened = await patient.opens("/cancel")
    key = opened.html.partition('name="key" value="')[2][:64]
    there = await own_event(line.clinic, visit)
    await line.clinic.calendar.cancel(there.event_id, there.etag)
    await follow_all(line.clinic)
    for place, fields in (("/cancel", {}), ("/move", {"start": TEN.start.isoformat()})):
        told = await patient.follows(await patient.sends(place, key=key, **fields))
        assert "The clinic had to cancel it." in told.text
    assert (await row(line.clinic, visit)).outcome == "staff"


async def test_a_visit_that_has_begun_stays(
    patient: Patient, line: Line, visit: int, now: SetClock
) -> None:
    """The page gives the number to call instead."""
    asks = await patient.opens("/cancel")
    key = asks.html.partition('name="key" value="')[2][:64]
    now.at = NINE.start
    told = await patient.follows(await patient.sends("/cancel", key=key))
    assert "Your visit has begun, so it can not be changed here." in told.text
    assert (await row(line.clinic, visit)).state == "booked"


async def test_one_visit_is_never_changed_through_another(patient: Patient, line: Line) -> None:
    """A form of one visit has no effect on another."""
    other = await confirmed(line.clinic, ELEVEN, "CA2")
    stranger = await patient_of(line, patient.app, other)
    key = (await patient.opens("/cancel")).html.partition('name="key" value="')[2][:64]
    stranger.cookies = patient.cookies
    assert (await stranger.sends("/cancel", key=key)).status == 403
