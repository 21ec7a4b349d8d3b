"""Complete calls with the real client, the Google stand-in, and staff who use the calendar."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator, Generator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
import pytest_asyncio
from psycopg_pool import AsyncConnectionPool
from stand_ins.google.faults import Fault
from stand_ins.google.server import Google
from support.clinic import SetClock, confirmed, row, span
from support.forked import Forked
from support.google_clinic import calendar_at, signed_in
from support.google_worker import insert_one
from support.patients import Calls, To

from calendar_sync.bookings import call_backs, free_times, notices
from calendar_sync.bookings.booking import bookings_of_call
from calendar_sync.clinic import Clinic
from calendar_sync.retry import NotYet
from calendar_sync.sync.insert import insert
from calendar_sync.sync.rewrite import rewrite
from calendar_sync.sync.staff_jobs import follow_all
from voice.background import run_in_background
from voice.bootstrap import Line, line_on
from voice.settings import Settings
from voice.worker import work

CALLS = int(os.environ.get("GOOGLE_CALLS", "4"))
"""Calls in a row; 200 for the figures of a release."""


@pytest.fixture
def detail() -> Literal["full", "minimal"]:
    """What an event tells; a test may choose."""
    return "full"


@pytest_asyncio.fixture
async def line(
    database: AsyncConnectionPool,
    now: SetClock,
    google: Google,
    tmp_path: Path,
    detail: Literal["full", "minimal"],
) -> AsyncGenerator[Line]:
    """A line with that Google and a worker, open every day from six to nine."""
    settings = Settings.load("demo").model_copy(update={"opening_hours": "Mon-Sun 06:00-21:00"})
    line = line_on(settings, database, now)
    with calendar_at(google, tmp_path) as calendar:
        line = replace(
            line, clinic=replace(line.clinic, calendar=calendar, makes_links=True, detail=detail)
        )
        await free_times.refresh(line.clinic)
        async with run_in_background(work(line.clinic)):
            yield line


async def event_of(line: Line, sid: str) -> tuple[int, str]:
    """The call's last booking and its event."""
    async with line.pool.connection() as conn:
        booking = (await bookings_of_call(conn, sid))[-1]
    return booking.id, booking.event_id or ""


async def open_kinds(clinic: Clinic) -> list[str]:
    """The kinds of pending notices."""
    async with clinic.pool.connection() as conn:
        return [each.kind for each in await notices.open_notices(conn)]


async def test_a_call_books_an_event_with_the_whole_chart_note(
    line: Line, google: Google, calls: Calls, to_booked: To
) -> None:
    """The calendar event has everything that staff need."""
    caller = await calls()
    await to_booked(caller)
    _, event_id = await event_of(line, caller.who.call_sid)
    event = google.screenings.events[event_id]
    assert event["summary"] == "Video screening ··0123"
    assert event["start"]["dateTime"] == "2026-11-30T12:00:00-08:00"
    for words in ("CALL: +1 425 555 0123", "SAFETY: 6 of 6 answered no", "caller not verified"):
        assert words in event["description"]
    assert event["visibility"] == "private"


@pytest.mark.parametrize("detail", ["full", "minimal"])
async def test_a_flagged_booking_is_marked_in_the_calendar_unless_details_are_minimal(
    line: Line, google: Google, calls: Calls, to_booked: To, detail: Literal["full", "minimal"]
) -> None:
    """With full details the event gets a color and says first what to ask; else it has neither."""
    caller = await calls()
    await to_booked(caller)
    await caller.stays_silent().hears("One more, for your visit.").presses("1")
    await caller.hears("Doctor Spring will see it too")
    booking_id, event_id = await event_of(line, caller.who.call_sid)
    async with asyncio.timeout(60):
        while True:
            try:
                await rewrite(line.clinic, booking_id)
                break
            except NotYet:  # the worker is doing the same
                await asyncio.sleep(0.02)
    event = google.screenings.events[event_id]
    ask_first = "ASK FIRST: past cancer, unexplained weight loss, or pain all night: yes\nCALL: +1"
    assert event["description"].startswith(ask_first if detail == "full" else "CALL: +1")
    assert ("past cancer" in event["description"].lower()) == (detail == "full")
    assert event.get("colorId") == ("6" if detail == "full" else None)
    async with line.pool.connection() as conn:
        rows = await conn.execute("SELECT code, detail FROM call_back")
        assert await rows.fetchall() == [("safety_flag", "history")]


async def test_staff_drag_shorten_delete_and_restore_after_a_call(
    line: Line, google: Google, calls: Calls, to_booked: To
) -> None:
    """A staff change moves, keeps, cancels or rebooks the visit."""
    await follow_all(line.clinic)
    caller = await calls()
    await to_booked(caller)
    await caller.hangs_up()
    booking_id, event_id = await event_of(line, caller.who.call_sid)
    google.screenings.drag(event_id, "2026-12-01 15:00", "2026-12-01 15:20")
    await follow_all(line.clinic)
    assert (await row(line.clinic, booking_id)).slot == span("2026-12-01 15:00")
    assert await open_kinds(line.clinic) == ["moved"]
    google.screenings.drag(event_id, "2026-12-01 15:00", "2026-12-01 15:10")
    await follow_all(line.clinic)
    assert (await row(line.clinic, booking_id)).slot == span("2026-12-01 15:00", 10)
    google.screenings.delete(event_id)
    await follow_all(line.clinic)
    assert (await row(line.clinic, booking_id)).state == "cancelled"
    assert await open_kinds(line.clinic) == ["cancelled"]
    google.screenings.restore(event_id)
    await follow_all(line.clinic)
    assert (await row(line.clinic, booking_id)).state == "booked"
    assert await open_kinds(line.clinic) == ["moved"]


async def test_staff_fill_the_time_while_the_caller_decides(
    line: Line, google: Google, calls: Calls, to_the_times: To
) -> None:
    """The insert checks again, so the caller hears other times and nothing false."""
    caller = await calls()
    await to_the_times(caller)
    await caller.presses("1")
    google.doctor.add("2026-11-30 12:00", "2026-11-30 12:30")
    await caller.presses("1").hears("that time was just taken")
    assert "You are booked" not in " ".join(caller.heard)
    assert google.screenings.live() == []
    assert (await event_of(line, caller.who.call_sid))[0] > 0


async def test_the_doctors_calendar_becomes_unshared_in_mid_call(
    line: Line,
    google: Google,
    calls: Calls,
    to_the_times: To,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The time is held, staff see it, and booking succeeds once the calendar is shared again."""
    caller = await calls()
    await to_the_times(caller)
    await caller.presses("1")
    google.doctor.role = None
    monkeypatch.setattr(
        "voice.calls.effect_runner.CHECK_SECONDS", 0.05
    )  # it looks in vain, five times
    await caller.presses("1").hears_everything()
    assert google.screenings.live() == []
    booking_id, _ = await event_of(line, caller.who.call_sid)
    assert (await row(line.clinic, booking_id)).state == "held"
    async with line.pool.connection() as conn:
        assert await call_backs.open_requests(conn)
    google.doctor.role = "owner"
    await insert(line.clinic, booking_id)
    assert (await row(line.clinic, booking_id)).state == "booked"
    assert len(google.screenings.live()) == 1


async def test_killed_between_insert_and_answer(
    clinic_at: Clinic, google: Google, migrated: str, tmp_path: Path
) -> None:
    """After kill -9 while waiting for Google, the next run books exactly one event."""
    booking_id = await confirmed(clinic_at, span("2026-12-01 09:00"))
    google.faults.append(Fault("events.insert", "hang", after=True))
    given = (migrated, signed_in(google, tmp_path), google.url, booking_id)
    with (tmp_path / "log").open("ab") as log:
        process = Forked(insert_one, *given, folder=tmp_path, env={}, output=log.fileno())
    async with asyncio.timeout(60):
        while not google.screenings.live():
            assert process.poll() is None
            await asyncio.sleep(0.01)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    assert (await row(clinic_at, booking_id)).state == "held"
    await insert(clinic_at, booking_id)
    assert (await row(clinic_at, booking_id)).state == "booked"
    assert len(google.screenings.live()) == 1


@pytest.fixture
def clinic_at(
    database: AsyncConnectionPool, now: SetClock, google: Google, tmp_path: Path
) -> Generator[Clinic]:
    """A clinic with that Google, without a worker."""
    with calendar_at(google, tmp_path) as calendar:
        line = line_on(Settings.load("demo"), database, now)
        yield replace(line.clinic, calendar=calendar)


async def test_many_calls_in_a_row_leave_no_request_that_was_refused(
    line: Line, google: Google, calls: Calls, to_booked: To
) -> None:
    """Each call has an event at its own time, and Google refused no request."""
    for number in range(CALLS):
        caller = await calls(f"+1425555{number:04}")
        await to_booked(caller)
        await caller.hangs_up()
        await free_times.refresh(line.clinic)
    await follow_all(line.clinic)
    starts = [event["start"]["dateTime"] for event in google.screenings.live()]
    assert len(set(starts)) == len(starts) == CALLS
    assert {seen.status for seen in google.seen} == {200}
