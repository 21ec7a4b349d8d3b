"""A visit that staff delete and restore leaves no false notice behind."""

import pytest
from support.clinic import agree, live_events, requests, row, span
from support.google_visit import GoogleVisit

from calendar_sync.bookings import notices
from calendar_sync.sync.staff_jobs import follow_all


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
