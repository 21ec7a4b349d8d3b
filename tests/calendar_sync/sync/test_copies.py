"""When staff duplicate a visit in Google, the copy says that no patient is notified of it."""

import pytest
from support.clinic import own_event, requests, row, span
from support.google_visit import GoogleVisit

from calendar_sync.bookings.event_text import COPIED, TOLD
from calendar_sync.sync.staff_jobs import follow_all


@pytest.mark.parametrize("feed", ["\n", "<br>"])
async def test_a_copy_says_that_nobody_is_told(google_visit: GoogleVisit, feed: str) -> None:
    """A copy's notice replaces our text; staff's own text and the original event stay."""
    clinic, google, booking_id, event = google_visit
    visit = google.screenings.events[event]
    described = f"Second visit?{feed}" + visit["description"].replace("\n", feed)
    private = {key: visit[key] for key in ("extendedProperties", "location")}
    copy = google.screenings.add(
        "2026-12-08 09:00", "2026-12-08 09:20", visit["summary"], description=described, **private
    )
    for _ in range(2):
        await follow_all(clinic)
    assert google.screenings.events[copy]["description"] == described.replace(TOLD, COPIED)
    assert TOLD in (await own_event(clinic, booking_id)).description
    assert len(google.asked("events.patch")) == 1
    google.screenings.delete(copy)
    await follow_all(clinic)
    assert (await row(clinic, booking_id)).slot == span("2026-12-01 09:00")
    assert await requests(clinic) == []


async def test_other_events_are_left_alone(google_visit: GoogleVisit) -> None:
    """Staff events, call-backs, events without a booking and occurrences are left alone."""
    clinic, google, booking_id, event = google_visit
    for name in ("call-back-1", "999999", "9" * 30, "٣", "", "x"):
        named = {"private": {"booking_id": name}}
        google.screenings.add("2026-12-08 09:00", "2026-12-08 09:20", extendedProperties=named)
    google.screenings.put(
        {
            **google.screenings.events[event],
            "id": f"{event}_20261208T170000Z",
            "extendedProperties": {"private": {"booking_id": str(booking_id)}},
        }
    )
    await follow_all(clinic)
    assert google.asked("events.patch") == []
