"""What else staff can make of an event in Google: all-day, repeating, opened, of another colour."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest_asyncio
from stand_ins.google.server import Google
from support.clinic import confirm, confirmed, hold, own_event, row, span
from support.google_clinic import diary_at

from calendar_sync.availability.span import Span
from calendar_sync.bookings import confirmation, notices
from calendar_sync.bookings.free_times import free_openings, refresh
from calendar_sync.clinic import Desk
from calendar_sync.sync.insert import insert
from calendar_sync.sync.rewrite import rewrite
from calendar_sync.sync.staff_jobs import ALL_DAY, REPEATS, follow_all, look

NINE = span("2026-12-01 09:00")


@pytest_asyncio.fixture
async def clinic(desk: Desk, tmp_path: Path) -> AsyncGenerator[tuple[Desk, Google, int, str]]:
    """A clinic at Google with one booking: its desk, Google, the booking and its event."""
    with Google() as google, diary_at(google, tmp_path) as diary:
        at_google = replace(desk, diary=diary)
        await follow_all(at_google)
        booking_id = await confirmed(at_google, NINE)
        await insert(at_google, booking_id)
        yield at_google, google, booking_id, (await row(desk, booking_id)).event_id or ""
        assert google.broken_rules == []


async def nobody_is_told(desk: Desk) -> bool:
    """No patient hears of it."""
    async with desk.pool.connection() as conn:
        return await notices.open_tellings(conn) == []


async def test_an_all_day_event_keeps_its_booking_and_is_marked(
    clinic: tuple[Desk, Google, int, str],
) -> None:
    """The patient still expects nine o'clock, and staff read so; back in the day it is unmarked."""
    desk, google, booking_id, event = clinic
    google.screenings.drag(event, "2026-12-01", "2026-12-02")
    await follow_all(desk)
    await look(desk, booking_id)
    assert (await row(desk, booking_id)).slot == NINE
    first = (await own_event(desk, booking_id)).description.splitlines()[0]
    assert first == f"CHECK: {ALL_DAY} Tue Dec 1, 9:00 AM"
    assert await nobody_is_told(desk)
    google.screenings.drag(event, "2026-12-01 09:00", "2026-12-01 09:20")
    await look(desk, booking_id)
    assert (await own_event(desk, booking_id)).description.startswith("CALL:")


async def test_an_event_made_to_repeat_is_marked_and_is_not_its_own_rival(
    clinic: tuple[Desk, Google, int, str],
) -> None:
    """Its own occurrences are no other booking; the first one is the visit."""
    desk, google, booking_id, event = clinic
    google.screenings.edit(event, recurrence=["RRULE:FREQ=WEEKLY;COUNT=3"])
    await follow_all(desk)
    assert await desk.diary.busy(NINE, besides=event) == ()
    await look(desk, booking_id)
    assert (await row(desk, booking_id)).slot == NINE
    assert (await own_event(desk, booking_id)).description.startswith(f"CHECK: {REPEATS}\n")
    assert await nobody_is_told(desk)


async def test_a_visit_dragged_onto_an_opened_time_moves_and_fills_it(
    clinic: tuple[Desk, Google, int, str],
) -> None:
    """The opened time is no rival: no mark; nobody else is offered it."""
    desk, google, booking_id, event = clinic
    saturday = span("2026-12-05 10:00")
    google.screenings.add("2026-12-05 10:00", "2026-12-05 10:20", "Open for screenings")
    await refresh(desk)
    assert saturday in await offered(desk)
    google.screenings.drag(event, "2026-12-05 10:00", "2026-12-05 10:20")
    await follow_all(desk)
    await look(desk, booking_id)
    assert (await row(desk, booking_id)).slot == saturday
    assert (await own_event(desk, booking_id)).description.startswith("CALL:")
    await refresh(desk)
    assert saturday not in await offered(desk)


async def test_a_visit_renamed_to_an_opened_time_stays_a_visit(
    clinic: tuple[Desk, Google, int, str],
) -> None:
    """Its event is not busy any more, its booking still is."""
    desk, google, booking_id, event = clinic
    google.screenings.edit(event, summary="Open for screenings")
    await follow_all(desk)
    await refresh(desk)
    assert (await row(desk, booking_id)).state == "booked"
    assert NINE not in await offered(desk)


async def offered(desk: Desk) -> tuple[Span, ...]:
    """What callers may be offered now."""
    free = await free_openings(desk)
    assert isinstance(free, tuple)
    return free


async def test_a_colour_that_staff_give_stays(desk: Desk, tmp_path: Path) -> None:
    """Ours is set with the insert and never again, whatever we write later."""
    note = confirmation.BookingNote("en", "+14255550123", {"Look soon": "pain 9 of 10"})
    with Google() as google, diary_at(google, tmp_path) as diary:
        clinic = replace(desk, diary=diary)
        booking_id = await hold(clinic, NINE)
        await confirm(clinic, booking_id, note)
        await insert(clinic, booking_id)
        event = (await own_event(clinic, booking_id)).event_id
        assert google.screenings.events[event]["colorId"] == "6"
        google.screenings.edit(event, colorId="2")
        async with clinic.pool.connection() as conn:
            await confirmation.keep_consent(conn, "CA1", booking_id, "+14255550123", True, "1")  # noqa: FBT003
        await rewrite(clinic, booking_id)
        assert "TEXTS: yes" in google.screenings.events[event]["description"]
        assert google.screenings.events[event]["colorId"] == "2"
        assert google.broken_rules == []
