"""A visit that staff made recurring: what they do to its days afterwards."""

from typing import NoReturn

import pytest
from stand_ins.google.refusals import not_found
from support.clinic import confirmed, jobs_waiting, row, span
from support.google_visit import GoogleVisit
from support.patient_visit import held, state

from calendar_sync.bookings import free_times, notices
from calendar_sync.bookings.patient_changes import Moving, cancel, move
from calendar_sync.clinic import Clinic
from calendar_sync.retry import NotYet
from calendar_sync.sync.insert import insert, withdraw
from calendar_sync.sync.move import carry_out
from calendar_sync.sync.staff_jobs import OVERLAPS, follow_all, look

NINE, TEN = span("2026-12-01 09:00"), span("2026-12-01 10:00")
WEEKLY = ["RRULE:FREQ=WEEKLY;COUNT=3"]
DAILY = ["RRULE:FREQ=DAILY;COUNT=3"]


async def told(clinic: Clinic) -> list[str]:
    """What patients are told."""
    async with clinic.pool.connection() as conn:
        return [notice.kind for notice in await notices.open_notices(conn)]


async def test_a_first_day_is_followed_when_its_series_changed_before(
    google_visit: GoogleVisit,
) -> None:
    """Staff move all days, delete the first one and write a note: the patient's visit is off.

    The note puts the series behind its first day in the list of changes.
    """
    clinic, google, booking_id, event = google_visit
    google.screenings.edit(event, recurrence=WEEKLY)
    google.screenings.drag(event, "2026-12-01 10:00", "2026-12-01 10:20")
    google.screenings.change_day(event)
    google.screenings.edit(event, summary="Anna")
    await follow_all(clinic)
    assert (await row(clinic, booking_id)).state == "cancelled"


async def test_a_first_day_of_its_own_goes_and_comes_back_with_its_series(
    google_visit: GoogleVisit,
) -> None:
    """Staff move the first day and delete all days later: the patient is told of the second.

    When staff take that back, the visit stands again.
    """
    clinic, google, booking_id, event = google_visit
    google.screenings.edit(event, recurrence=WEEKLY)
    google.screenings.change_day(event, "2026-12-01 10:00", "2026-12-01 10:20")
    await follow_all(clinic)
    await look(clinic, booking_id)
    assert (await row(clinic, booking_id)).slot == TEN
    await forget_jobs(clinic)
    google.screenings.delete(event)
    await follow_all(clinic)
    assert await jobs_waiting(clinic) == ["look_at_event"]
    await look(clinic, booking_id)
    assert (await row(clinic, booking_id)).state == "cancelled"
    assert await told(clinic) == ["cancelled"]
    await forget_jobs(clinic)
    google.screenings.restore(event)
    await follow_all(clinic)
    assert await jobs_waiting(clinic) == ["look_at_event"]
    await look(clinic, booking_id)
    assert (await row(clinic, booking_id)).slot == TEN
    assert (await row(clinic, booking_id)).state == "booked"


@pytest.mark.parametrize("start", ["2026-12-01 10:00", ""])
async def test_a_first_day_that_stood_apart_unseen_is_found_with_its_series(
    google_visit: GoogleVisit, start: str
) -> None:
    """Staff move or delete the first day, delete all days, and take that back, all in a minute.

    Nothing promises that the day is among the changes when its series comes back.
    """
    clinic, google, booking_id, event = google_visit
    google.screenings.edit(event, recurrence=WEEKLY)
    day = google.screenings.change_day(event, start, "2026-12-01 10:20" if start else "")
    google.screenings.delete(event)
    await follow_all(clinic)
    assert (await row(clinic, booking_id)).state == "cancelled"
    google.screenings.restore(event)
    google.screenings.changed[day] = 0
    await follow_all(clinic)
    await look(clinic, booking_id)
    visit = await row(clinic, booking_id)
    assert visit.event_id == day
    assert (visit.state, visit.slot) == (("booked", TEN) if start else ("cancelled", NINE))


async def test_a_first_day_as_its_series_has_it_is_no_event_of_its_own(
    google_visit: GoogleVisit,
) -> None:
    """The calendar shows it too, by the id that it would have: the series stays the visit."""
    clinic, google, booking_id, event = google_visit
    google.screenings.edit(event, recurrence=WEEKLY)
    google.screenings.change_day(event, "2026-12-01 09:00", "2026-12-01 09:20")
    await look(clinic, booking_id)
    assert (await row(clinic, booking_id)).event_id == event


@pytest.mark.parametrize("rule", [WEEKLY, DAILY])
async def test_a_patient_cancels_the_first_day_alone(
    google_visit: GoogleVisit, rule: list[str]
) -> None:
    """The other days are staff's: they stay, and do not bring the visit back."""
    clinic, google, booking_id, event = google_visit
    google.screenings.edit(event, recurrence=rule)
    await follow_all(clinic)
    await cancel(clinic, booking_id)
    await withdraw(clinic, booking_id)
    days = google.screenings.times(google.screenings.event(event))
    assert len(days) == 2
    assert NINE.start not in [start for start, _ in days]
    google.screenings.edit(event, summary="Exercises")
    await follow_all(clinic)
    await look(clinic, booking_id)
    visit = await row(clinic, booking_id)
    assert (visit.state, visit.outcome) == ("cancelled", "patient")
    assert await clinic.calendar.busy(NINE) == ()


@pytest.mark.parametrize("died", ["", "after the event was moved"])
async def test_a_patient_moves_the_first_day_alone(google_visit: GoogleVisit, died: str) -> None:
    """The other days stay where staff have them; a move that was cut off is finished."""
    clinic, google, booking_id, event = google_visit
    google.screenings.edit(event, recurrence=WEEKLY)
    await follow_all(clinic)
    await free_times.refresh(clinic)
    picked = await held(clinic, booking_id)
    assert await move(clinic, booking_id, picked) == Moving()
    if died:
        google.screenings.change_day(event, "2026-12-01 10:00", "2026-12-01 10:20")
    await carry_out(clinic, picked)
    assert await state(clinic, picked) == "moved"
    day, visit = f"{event}_20261201T170000Z", await row(clinic, booking_id)
    assert (visit.event_id, visit.slot) == (day, TEN)
    series = google.screenings.event(event)
    assert google.screenings.times(series)[0][0] == span("2026-12-08 09:00").start
    google.screenings.drag(day, "2026-12-01 11:00", "2026-12-01 11:20")
    google.screenings.edit(event, summary="Exercises")
    await follow_all(clinic)
    await look(clinic, booking_id)
    assert (await row(clinic, booking_id)).slot == span("2026-12-01 11:00")


async def test_a_first_day_that_is_not_shown_is_not_taken_for_its_series(
    google_visit: GoogleVisit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a patient who cancels would delete days of staff: the job waits, and staff are asked."""
    clinic, google, booking_id, event = google_visit
    google.screenings.edit(event, recurrence=WEEKLY)
    await cancel(clinic, booking_id)
    monkeypatch.setattr(google.screenings, "_day", refused_day)
    with pytest.raises(NotYet):
        await withdraw(clinic, booking_id)
    assert google.screenings.events[event]["status"] == "confirmed"


@pytest.mark.parametrize("start", ["2026-12-08 11:00", ""])
@pytest.mark.parametrize("form", ["day", "rest"])
async def test_later_days_are_staff_s_own(google_visit: GoogleVisit, start: str, form: str) -> None:
    """Moved or deleted, one or all that follow: the visit stays and nobody is told."""
    clinic, google, booking_id, event = google_visit
    google.screenings.edit(event, recurrence=WEEKLY)
    end = "2026-12-08 11:20" if start else ""
    if form == "day":
        google.screenings.change_day(event, start, end, day=1)
    else:
        google.screenings.change_rest(event, 1, start, end)
    await follow_all(clinic)
    await look(clinic, booking_id)
    assert (await row(clinic, booking_id)).slot == NINE
    assert await told(clinic) == []


async def test_the_other_days_mark_the_visits_they_lie_over(google_visit: GoogleVisit) -> None:
    """A day of a recurring visit over another visit is looked at like any other event there."""
    clinic, google, _, event = google_visit
    other = await confirmed(clinic, span("2026-12-02 09:00"), "CA2")
    await insert(clinic, other)
    await follow_all(clinic)
    await forget_jobs(clinic)
    google.screenings.edit(event, recurrence=DAILY)
    google.screenings.changed[event] = 0
    await follow_all(clinic)
    assert await jobs_waiting(clinic) == ["look_at_event"]
    await look(clinic, other)
    assert (await row(clinic, other)).warning == OVERLAPS


async def test_a_later_day_dragged_before_the_visit_does_not_mark_it(
    google_visit: GoogleVisit,
) -> None:
    """The visit stays the first occurrence by the series, and is not over itself."""
    clinic, google, _, event = google_visit
    google.screenings.edit(event, recurrence=WEEKLY)
    google.screenings.change_day(event, "2026-12-01 07:00", "2026-12-01 07:20", day=1)
    day = span("2026-12-01 06:00", minutes=600)
    assert await clinic.calendar.busy(day, besides={event}) == (span("2026-12-01 07:00"),)


def refused_day(_: str) -> NoReturn:
    """The calendar does not show a day under this id."""
    raise not_found()


async def forget_jobs(clinic: Clinic) -> None:
    """Empty the queue."""
    async with clinic.pool.connection() as conn:
        await conn.execute("DELETE FROM procrastinate_jobs")
