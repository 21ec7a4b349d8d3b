"""A visit that staff delete and restore leaves no false notice behind."""

import pytest
from support.clinic import agree, confirmed, live_events, requests, row, span
from support.google_visit import GoogleVisit

from calendar_sync.bookings import notices
from calendar_sync.calendars.contract import CalendarEvent
from calendar_sync.sync import seen_versions
from calendar_sync.sync.insert import insert
from calendar_sync.sync.staff_changes import follow
from calendar_sync.sync.staff_jobs import follow_all, look


@pytest.mark.parametrize("texts", [True, False])
@pytest.mark.parametrize("times", [1, 3])
async def test_what_was_undone_is_told_to_nobody(
    google_visit: GoogleVisit, *, texts: bool, times: int
) -> None:
    """Repeated undo sends no notice, with or without texts, and removes the call-back event."""
    clinic, google, booking_id, event = google_visit
    if texts:
        await agree(clinic, booking_id)
    for _ in range(times):
        google.screenings.delete(event)
        await follow_all(clinic)
        google.screenings.restore(event)
        await follow_all(clinic)
    await follow_all(clinic)
    visit = await row(clinic, booking_id)
    assert (visit.state, visit.slot) == ("booked", span("2026-12-01 09:00"))
    async with clinic.pool.connection() as conn:
        assert await notices.open_notices(conn) == []
    assert await requests(clinic) == []
    assert [each.event_id for each in await live_events(clinic)] == [event]


async def test_an_event_restored_while_its_insert_job_runs_stays(
    google_visit: GoogleVisit,
) -> None:
    """The job that found the event deleted does not cancel what staff have restored since."""
    clinic, google, _, first = google_visit
    booking_id = await confirmed(clinic, span("2026-12-01 10:00"), "CA2")

    def restored() -> None:
        [event] = google.screenings.events.keys() - {first}
        google.screenings.restore(event)

    def deleted() -> None:
        [event] = google.screenings.events.keys() - {first}
        google.screenings.delete(event)
        google.meanwhile["events.get"] = restored

    google.meanwhile["events.get"] = deleted
    await insert(clinic, booking_id)
    google.meanwhile.pop("events.get", lambda: None)()
    await follow_all(clinic)
    assert (await row(clinic, booking_id)).state == "booked"


async def test_a_version_read_before_another_one_was_followed_changes_nothing(
    google_visit: GoogleVisit,
) -> None:
    """A worker that read the deletion and was slow does not undo what staff have restored since."""
    clinic, google, booking_id, event = google_visit
    async with clinic.pool.connection() as conn:
        read_at = await seen_versions.database_time(conn)
    google.screenings.delete(event)
    deleted = await clinic.calendar.find(event)
    assert isinstance(deleted, CalendarEvent)
    google.screenings.restore(event)
    await follow_all(clinic)
    async with clinic.pool.connection() as conn:
        await follow(conn, clinic, deleted, read_at)
    assert (await row(clinic, booking_id)).state == "booked"
    google.screenings.delete(event)
    await look(clinic, booking_id)
    assert (await row(clinic, booking_id)).state == "cancelled"
