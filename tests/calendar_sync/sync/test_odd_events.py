"""An event that cannot be read is shown to staff, and all other changes are still synced."""

from typing import Any

import pytest
from support.clinic import own_event, requests, row, span
from support.google_visit import GoogleVisit

from calendar_sync.bookings.free_times import BusySnapshot, refresh
from calendar_sync.calendars.contract import Changes
from calendar_sync.sync.staff_jobs import follow_all, look

NINE, TEN = span("2026-12-01 09:00"), span("2026-12-01 10:00")
TIME = {"dateTime": "2026-12-02T09:00:00-08:00"}
LATER = {"dateTime": "2026-12-02T09:30:00-08:00"}

READABLE = {"etag": "1", "start": TIME, "end": LATER}

ODD: list[Any] = [
    {"id": "odd00000", "status": "confirmed", "summary": "Lunch"},
    {"id": "odd00001", "etag": "1", "start": TIME},
    {"id": "odd00002", "etag": "1", "start": TIME, "end": {}},
    {"id": "odd00003", "etag": "1", "start": TIME, "end": None},
    {"id": "odd00004", "etag": "1", "start": LATER, "end": TIME},
    {"id": "odd00005", "etag": "1", "start": {"dateTime": "2026-12-02T09:00:00"}, "end": LATER},
    {"id": "odd00006", "etag": "1", "start": {"dateTime": "soon"}, "end": LATER},
    {"id": "odd00007", "etag": "1", "start": {"date": "2026-02-30"}, "end": {"date": "2026-03-01"}},
    {"id": "odd00008", "etag": "1", "start": ["x"], "end": 5},
]
ODD_LETTERS: list[Any] = [
    {"id": "odd00010", "summary": "a\0b", "start": {}},
    {"id": "odd00011", "summary": "half \ud83d", "start": {}},
    {"id": "odd0\x0012", "status": "cancelled"},
    {"id": "odd0\ud83d13", "start": TIME},
    {"id": "odd00014", "recurringEventId": "\0", "originalStartTime": TIME, **READABLE},
    {"id": "odd00015", "recurringEventId": "\ud83d", "originalStartTime": TIME, **READABLE},
    {"id": "odd00016", "summary": "\0", "description": "half \ud83d", **READABLE},
    {"id": "odd00017", "extendedProperties": {"private": {"booking_id": "1\0"}}, **READABLE},
    {"id": "odd00018", "extendedProperties": {"private": {"booking_id": [1]}}, **READABLE},
]
"""NUL, and halves of surrogate pairs, which JSON can hold and a database cannot."""
NAMELESS: list[Any] = [
    {"id": 5, "status": "cancelled"},
    {"status": "confirmed", "start": TIME, "end": LATER},
    {"status": "cancelled"},
    {},
    None,
    "an event",
    [],
]
FINE: list[Any] = [
    {"id": "fine0000"},
    {"id": "fine0001", "status": "cancelled"},
    {"id": "fine0002", "status": "cancelled", "start": {}, "end": None},
    {"id": "fine0003", "start": TIME, "end": LATER},
    {"id": "fine0004", "etag": "1", "start": TIME, "end": TIME},
    {"id": "fine0005", "status": "unheard of", "eventType": "of a new type", **READABLE},
    {"id": "fine0006", "summary": None, "description": 5, "location": ["x"], **READABLE},
    {"id": "fine0007", "conferenceData": "none", "extendedProperties": None, **READABLE},
    {"id": "fine0008", "conferenceData": {"entryPoints": [1, {}]}, **READABLE},
]


@pytest.mark.parametrize(
    "odd",
    [
        [*ODD, *NAMELESS, *FINE],
        [*reversed([*FINE, *NAMELESS, *ODD])],
        *([each] for each in ODD_LETTERS),
    ],
)
async def test_staff_are_followed_whatever_else_is_in_the_list(
    google_visit: GoogleVisit, odd: list[Any]
) -> None:
    """Moves and deletions are synced and times offered, whatever other events are in the list."""
    clinic, google, booking_id, event = google_visit
    google.screenings.odd = odd
    google.screenings.drag(event, "2026-12-01 10:00", "2026-12-01 10:20")
    await follow_all(clinic)
    assert (await row(clinic, booking_id)).slot == TEN
    snapshot = await refresh(clinic)
    assert isinstance(snapshot, BusySnapshot)
    assert TEN in snapshot.busy
    google.screenings.delete(event)
    await follow_all(clinic)
    assert (await row(clinic, booking_id)).state == "cancelled"


async def test_events_that_cannot_be_read_are_shown_to_staff_once(
    google_visit: GoogleVisit,
) -> None:
    """Each unreadable event is shown once, by title or id; those without an id share one entry."""
    clinic, google, _, _ = google_visit
    for each in ODD:
        google.screenings.put({"status": "confirmed", **each})
        google.screenings.changed[each["id"]] = 0
    google.screenings.odd = [*ODD, *NAMELESS]
    for _ in range(2):
        await follow_all(clinic)
    shown = [why for why in await requests(clinic) if "cannot be read" in why]
    named = ["Lunch", *(each["id"] for each in ODD[1:]), "it has no id"]
    assert len(shown) == len(named)
    assert all(any(f"({name})" in why for why in shown) for name in named)


async def test_what_can_be_made_out_needs_nobody(google_visit: GoogleVisit) -> None:
    """Bare deleted events, new event types and non-text fields need no staff attention."""
    clinic, google, _, _ = google_visit
    google.screenings.odd = FINE
    await follow_all(clinic)
    assert await requests(clinic) == []


async def test_a_visit_whose_item_is_bare_is_read_by_itself(google_visit: GoogleVisit) -> None:
    """An item with only an id is fetched, so that a move by staff is found."""
    clinic, google, booking_id, event = google_visit
    google.screenings.drag(event, "2026-12-01 10:00", "2026-12-01 10:20")
    google.screenings.changed[event] = 0
    google.screenings.odd = [{"id": event}]
    await follow_all(clinic)
    assert (await row(clinic, booking_id)).slot == TEN


async def test_a_deletion_without_a_version_counts_each_time(google_visit: GoogleVisit) -> None:
    """Each deletion counts, even if the deleted item has only an id and no version."""
    clinic, google, booking_id, event = google_visit
    states: list[str] = []
    for change in (google.screenings.delete, google.screenings.restore, google.screenings.delete):
        change(event)
        await follow_all(clinic)
        states.append((await row(clinic, booking_id)).state)
    assert states == ["cancelled", "booked", "cancelled"]


async def test_a_visit_that_cannot_be_read_keeps_its_time_and_is_shown(
    google_visit: GoogleVisit,
) -> None:
    """An unreadable visit keeps its time without a notice, and is synced once it is readable."""
    clinic, google, booking_id, event = google_visit
    before = google.screenings.events[event]
    google.screenings.put({**before, "end": {}, "transparency": "transparent"})
    await follow_all(clinic)
    assert (await row(clinic, booking_id)).slot == NINE
    assert [why for why in await requests(clinic) if "cannot be read" in why]
    google.screenings.drag(event, "2026-12-01 10:00", "2026-12-01 10:20")
    await look(clinic, booking_id)
    assert (await row(clinic, booking_id)).slot == TEN
    assert (await own_event(clinic, booking_id)).span == TEN


async def test_an_odd_event_does_not_free_the_others_times(google_visit: GoogleVisit) -> None:
    """Free/busy still covers an event that cannot be read, so its time is not offered."""
    clinic, google, _, event = google_visit
    google.screenings.add("2026-12-01 09:00", "2026-12-01 09:20")
    assert await clinic.calendar.busy(NINE, besides={event}) == (NINE,)
    google.screenings.add("2026-12-01 10:00", "2026-12-01 10:20", "Open for screenings")
    google.screenings.odd = [{"id": "odd00001"}]
    day = span("2026-12-01 08:00", minutes=300)
    assert await clinic.calendar.busy(day) == (NINE,)
    assert isinstance(await clinic.calendar.changes(None), Changes)


async def test_half_an_emoji_in_a_visit_does_not_stop_its_sync(google_visit: GoogleVisit) -> None:
    """Staff's note with a letter that nobody can store stays, and the visit is still followed."""
    clinic, google, booking_id, event = google_visit
    note = "Bring shoes \ud83d\0"
    google.screenings.edit(
        event, description=f"{note}\n{(await own_event(clinic, booking_id)).description}"
    )
    google.screenings.drag(event, "2026-12-01 10:00", "2026-12-01 10:20")
    await follow_all(clinic)
    await look(clinic, booking_id)
    assert (await row(clinic, booking_id)).slot == TEN
    assert "Bring shoes" in google.screenings.events[event]["description"]
