"""Staff may make an event all-day, recurring, an opening, or another color."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest_asyncio
from stand_ins.google.server import Google
from support.clinic import confirm, confirmed, hold, own_event, row, span
from support.google_clinic import calendar_at

from calendar_sync.availability.span import Span
from calendar_sync.bookings import confirmation, notices
from calendar_sync.bookings.consent import TextConsent, store_consent
from calendar_sync.bookings.event_text import COPIED
from calendar_sync.bookings.free_times import free_openings, refresh
from calendar_sync.clinic import Clinic
from calendar_sync.sync.insert import insert
from calendar_sync.sync.rewrite import rewrite
from calendar_sync.sync.staff_jobs import ALL_DAY, IN_THE_PAST, REPEATS, follow_all, look

NINE = span("2026-12-01 09:00")


@pytest_asyncio.fixture
async def at_google(
    clinic: Clinic, tmp_path: Path
) -> AsyncGenerator[tuple[Clinic, Google, int, str]]:
    """A clinic with Google's calendar and one booking: clinic, Google, booking id, event id."""
    with Google() as google, calendar_at(google, tmp_path) as calendar:
        at_google = replace(clinic, calendar=calendar)
        await follow_all(at_google)
        booking_id = await confirmed(at_google, NINE)
        await insert(at_google, booking_id)
        yield at_google, google, booking_id, (await row(clinic, booking_id)).event_id or ""
        assert google.broken_rules == []


async def nobody_is_told(clinic: Clinic) -> bool:
    """No patient is notified."""
    async with clinic.pool.connection() as conn:
        return await notices.open_notices(conn) == []


async def test_an_all_day_event_keeps_its_booking_and_is_marked(
    at_google: tuple[Clinic, Google, int, str],
) -> None:
    """An all-day event is marked with the time the patient expects until it is timed again."""
    clinic, google, booking_id, event = at_google
    google.screenings.drag(event, "2026-12-01", "2026-12-02")
    await follow_all(clinic)
    await look(clinic, booking_id)
    assert (await row(clinic, booking_id)).slot == NINE
    first = (await own_event(clinic, booking_id)).description.splitlines()[0]
    assert first == f"CHECK: {ALL_DAY} Tue Dec 1, 9:00 AM"
    assert await nobody_is_told(clinic)
    google.screenings.drag(event, "2026-12-01 09:00", "2026-12-01 09:20")
    await look(clinic, booking_id)
    assert (await own_event(clinic, booking_id)).description.startswith("CALL:")


async def test_a_visit_dragged_to_a_past_time_keeps_its_booking_and_is_marked(
    at_google: tuple[Clinic, Google, int, str],
) -> None:
    """A visit dragged into the past notifies no patient and is marked with its expected time."""
    clinic, google, booking_id, event = at_google
    google.screenings.drag(event, "2026-11-25 09:00", "2026-11-25 09:20")
    await follow_all(clinic)
    await look(clinic, booking_id)
    assert (await row(clinic, booking_id)).slot == NINE
    first = (await own_event(clinic, booking_id)).description.splitlines()[0]
    assert first == f"CHECK: {IN_THE_PAST} Tue Dec 1, 9:00 AM"
    assert await nobody_is_told(clinic)
    await refresh(clinic)
    assert NINE not in await offered(clinic)
    google.screenings.drag(event, "2026-12-01 10:00", "2026-12-01 10:20")
    await follow_all(clinic)
    await look(clinic, booking_id)
    assert (await row(clinic, booking_id)).slot == span("2026-12-01 10:00")
    assert (await own_event(clinic, booking_id)).description.startswith("CALL:")
    assert not await nobody_is_told(clinic)


async def test_an_event_made_to_repeat_is_marked_and_is_not_its_own_rival(
    at_google: tuple[Clinic, Google, int, str],
) -> None:
    """Occurrences of a recurring visit are no other bookings, and the first one is the visit."""
    clinic, google, booking_id, event = at_google
    google.screenings.edit(event, recurrence=["RRULE:FREQ=WEEKLY;COUNT=3"])
    await follow_all(clinic)
    assert await clinic.calendar.busy(NINE, besides={event}) == ()
    await look(clinic, booking_id)
    assert (await row(clinic, booking_id)).slot == NINE
    assert (await own_event(clinic, booking_id)).description.startswith(f"CHECK: {REPEATS}\n")
    assert await nobody_is_told(clinic)


async def test_only_the_first_day_of_a_recurring_visit_is_moved(
    at_google: tuple[Clinic, Google, int, str],
) -> None:
    """The patient is told of it; later changes of the series are staff's own."""
    clinic, google, booking_id, event = at_google
    google.screenings.edit(event, recurrence=["RRULE:FREQ=WEEKLY;COUNT=3"])
    await follow_all(clinic)
    first = google.screenings.change_day(event, "2026-12-01 11:00", "2026-12-01 11:20")
    await follow_all(clinic)
    await look(clinic, booking_id)
    eleven = span("2026-12-01 11:00")
    assert (await row(clinic, booking_id)).slot == eleven
    assert (await row(clinic, booking_id)).event_id == first
    async with clinic.pool.connection() as conn:
        [notice] = await notices.open_notices(conn)
    assert (notice.kind, notice.what) == ("moved", eleven)
    google.screenings.drag(event, "2026-12-02 15:00", "2026-12-02 15:20")
    await follow_all(clinic)
    assert COPIED not in google.screenings.events[event]["description"]
    google.screenings.delete(event)
    await follow_all(clinic)
    await look(clinic, booking_id)
    assert (await row(clinic, booking_id)).slot == eleven


async def test_only_the_first_day_of_a_recurring_visit_is_deleted(
    at_google: tuple[Clinic, Google, int, str],
) -> None:
    """The patient is told that the visit is cancelled, also if all is read in one piece."""
    clinic, google, booking_id, event = at_google
    google.screenings.edit(event, recurrence=["RRULE:FREQ=WEEKLY;COUNT=3"])
    google.screenings.change_day(event)
    await follow_all(clinic)
    assert (await row(clinic, booking_id)).state == "cancelled"
    async with clinic.pool.connection() as conn:
        [notice] = await notices.open_notices(conn)
    assert notice.kind == "cancelled"


async def test_a_visit_dragged_onto_an_opened_time_moves_and_fills_it(
    at_google: tuple[Clinic, Google, int, str],
) -> None:
    """A visit dragged onto an opening is not marked, and that time is no longer offered."""
    clinic, google, booking_id, event = at_google
    saturday = span("2026-12-05 10:00")
    google.screenings.add("2026-12-05 10:00", "2026-12-05 10:20", "Open for screenings")
    await refresh(clinic)
    assert saturday in await offered(clinic)
    google.screenings.drag(event, "2026-12-05 10:00", "2026-12-05 10:20")
    await follow_all(clinic)
    await look(clinic, booking_id)
    assert (await row(clinic, booking_id)).slot == saturday
    assert (await own_event(clinic, booking_id)).description.startswith("CALL:")
    await refresh(clinic)
    assert saturday not in await offered(clinic)


async def test_a_visit_renamed_to_an_opened_time_stays_a_visit(
    at_google: tuple[Clinic, Google, int, str],
) -> None:
    """A visit renamed to an opening is free in Google, but its booking still blocks the time."""
    clinic, google, booking_id, event = at_google
    google.screenings.edit(event, summary="Open for screenings")
    await follow_all(clinic)
    await refresh(clinic)
    assert (await row(clinic, booking_id)).state == "booked"
    assert NINE not in await offered(clinic)


async def offered(clinic: Clinic) -> tuple[Span, ...]:
    """The times that are offered to callers now."""
    free = await free_openings(clinic)
    assert isinstance(free, tuple)
    return free


async def test_a_color_that_staff_choose_stays(clinic: Clinic, tmp_path: Path) -> None:
    """The color is set by the insert and never by a later write."""
    note = confirmation.BookingNote("en", "+14255550123", {"Look soon": "pain 9 of 10"})
    with Google() as google, calendar_at(google, tmp_path) as calendar:
        at_google = replace(clinic, calendar=calendar)
        booking_id = await hold(at_google, NINE)
        await confirm(at_google, booking_id, note)
        await insert(at_google, booking_id)
        event = (await own_event(at_google, booking_id)).event_id
        assert google.screenings.events[event]["colorId"] == "6"
        google.screenings.edit(event, colorId="2")
        async with at_google.pool.connection() as conn:
            await store_consent(
                conn, "CA1", booking_id, TextConsent("+14255550123", "1", given=True)
            )
        await rewrite(at_google, booking_id)
        assert "TEXTS: yes" in google.screenings.events[event]["description"]
        assert google.screenings.events[event]["colorId"] == "2"
        assert google.broken_rules == []
