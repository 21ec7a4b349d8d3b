"""What is stored about people is deleted after the periods in the settings."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest
from support.clinic import SetClock, span
from support.patients import Calls, only_booking
from support.waiting import was_offered
from support.whole_patient import (
    CALLS_FROM,
    EMAIL,
    NAME,
    TEXTED_AT,
    books,
    count,
    dump,
    gives_contact,
    has,
    replies,
    tables,
)

from calendar_sync import job_queue
from calendar_sync.bookings import call_backs
from calendar_sync.bookings.call_back_reasons import Reason
from calendar_sync.calendars.contract import CalendarEvent
from calendar_sync.sync.staff_jobs import follow_all
from voice import read_log, staff_access
from voice.bootstrap import Line
from voice.deletion import retention
from voice.deletion.retention import ABOUT_NOBODY, RULES
from voice.worker import jobs

Run = Callable[[datetime], Awaitable[None]]


async def test_every_table_has_a_rule(line: Line) -> None:
    """A new table gets a rule, or a word on why nothing in it is about a person."""
    async with line.pool.connection() as conn:
        assert sorted([*RULES, *ABOUT_NOBODY]) == sorted(await tables(conn))


async def test_in_the_end_nothing_about_anybody_is_left(
    calls: Calls, line: Line, delete_at: Run
) -> None:
    """Whatever a patient, staff and an operator leave in the tables goes at some time."""
    async with await calls(CALLS_FROM) as caller:
        await books(caller)
    async with await calls("+14255550199") as other:
        await other.presses("2").presses("000000").hears("I do not find a visit")
        await other.presses("0").hears_everything()
    visit = await only_booking(line, caller)
    await gives_contact(line, visit.id)
    await replies(line, "C", TEXTED_AT, "SM" + "1" * 32)
    await replies(line, "START", TEXTED_AT, "SM" + "2" * 32)
    await replies(line, "STOP", TEXTED_AT, "SM" + "3" * 32)
    async with line.pool.connection() as conn:
        await call_backs.request(conn, visit, Reason.TEXT_FAILED, "booked")
        await read_log.record(conn, "callbacks", 1)
        token = await staff_access.sign_in(conn, await staff_access.new_link(conn))
        assert token
        await conn.execute(
            "INSERT INTO invitation (booking, number, email, event_id) VALUES (%s, 0, %s, 'e')",
            [visit.id, EMAIL],
        )
        await conn.execute(
            "INSERT INTO page_change (booking, at) VALUES (%s, %s)", [visit.id, line.now()]
        )
        await conn.execute("UPDATE staff_link SET made_at = '2020-01-01'")
        await conn.execute("UPDATE staff_session SET began_at = '2020-01-01'")
    await was_offered(line.clinic, visit.id, span("2026-12-01 16:00"))
    moved: object = None
    while not isinstance(moved, CalendarEvent):  # the line may be writing the event
        event = await line.clinic.calendar.find(visit.event_id or "")
        assert isinstance(event, CalendarEvent)
        moved = await line.clinic.calendar.move(
            event.event_id, span("2026-12-04 10:00"), event.etag
        )
    await follow_all(line.clinic)
    kept = {name for name in RULES if not name.startswith("procrastinate_")}
    async with line.pool.connection() as conn:
        before = await dump(conn)
    assert {name for name in kept if not before[name]} == set()
    assert await has(line, NAME)
    await delete_at(datetime.fromisoformat("2099-01-01T00:00:00Z"))
    async with line.pool.connection() as conn:
        after = await dump(conn)
    assert {name: after[name] for name in kept if after[name]} == {}
    for words in (CALLS_FROM, TEXTED_AT, "0123", NAME, EMAIL):
        assert not await has(line, words), words


async def test_a_run_is_bounded_and_the_next_one_goes_on(
    line: Line, delete_at: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backlog of years is deleted in small transactions, over several hours."""
    monkeypatch.setattr(retention, "BATCH", 2)
    monkeypatch.setattr(retention, "BATCHES", 2)
    async with line.pool.connection() as conn:
        for each in range(5):
            await read_log.record(conn, f"callbacks {each}", 1)
    late = datetime.fromisoformat("2099-01-01T00:00:00Z")
    await delete_at(late)
    assert await count(line, "command_view") == 1
    await delete_at(late)
    assert await count(line, "command_view") == 0


async def test_the_worker_deletes_by_the_lines_settings(line: Line, now: SetClock) -> None:
    """The hourly job uses the clock and the periods of its line."""
    async with line.pool.connection() as conn:
        await read_log.record(conn, "callbacks", 1)
        await conn.execute("UPDATE command_view SET at = %s", [now() - timedelta(days=364)])
    await line.clinic.delete_old_data()
    assert await count(line, "command_view") == 1
    now.forward(days=2)
    await jobs.configure_task("calendar:delete_old_data").defer_async(timestamp=0)
    async with asyncio.timeout(20):
        while await count(line, "command_view"):  # noqa: ASYNC110  # another process's table
            await asyncio.sleep(0.02)


async def test_a_job_whose_booking_was_deleted_is_not_run_again(line: Line) -> None:
    """It ends at once, instead of being retried forever."""
    async with line.pool.connection() as conn:
        await job_queue.rewrite_event(conn, 99)

        async def ended() -> tuple[str, int] | None:
            rows = await conn.execute(
                "SELECT status::text, attempts FROM procrastinate_jobs"
                " WHERE args ? 'booking_id' AND status NOT IN ('todo', 'doing')"
            )
            return await rows.fetchone()

        async with asyncio.timeout(20):
            while (found := await ended()) is None:  # noqa: ASYNC110  # the worker's state
                await asyncio.sleep(0.02)
        assert found == ("failed", 1)
