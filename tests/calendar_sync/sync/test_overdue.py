"""Overdue calendar work is on the staff list until it is done."""

from datetime import timedelta
from pathlib import Path

import pytest
from procrastinate import App, PsycopgConnector
from procrastinate.jobs import Status
from support.clinic import confirmed, jobs_waiting, requests, span
from support.faulty_calendar import FaultyCalendar

import calendar_sync
from calendar_sync import job_queue, job_rows
from calendar_sync.bookings.call_back_reasons import Reason
from calendar_sync.bookings.consent import TextConsent, store_consent
from calendar_sync.clinic import Clinic
from calendar_sync.sync.change_cursor import overdue_since
from calendar_sync.sync.insert import insert
from calendar_sync.sync.jobs import reconcile
from calendar_sync.sync.overdue import ORPHANED, OVERDUE
from calendar_sync.sync.staff_jobs import follow_all

NINE = span("2026-12-01 09:00")


async def work(queue: App, clinic: Clinic) -> None:
    """Run every queued job, including those scheduled for later."""
    async with clinic.pool.connection() as conn:
        await conn.execute("UPDATE procrastinate_jobs SET scheduled_at = NULL")
    with queue.replace_connector(PsycopgConnector()) as app:
        await app.open_async(clinic.pool)
        await app.run_worker_async(
            wait=False,
            install_signal_handlers=False,
            listen_notify=False,
            additional_context={"clinic": clinic},
        )


async def test_an_event_that_is_not_brought_up_to_date_is_listed(
    queue: App, clinic: Clinic, calendar: FaultyCalendar
) -> None:
    """An overdue update is listed once, after a delay, and removed when it succeeds."""
    booking_id = await confirmed(clinic, NINE)
    await insert(clinic, booking_id)
    async with clinic.pool.connection() as conn:
        await conn.execute("DELETE FROM procrastinate_jobs")
        await store_consent(conn, "CA1", booking_id, TextConsent("+14255550123", "1", given=True))
    calendar.faults = {"find": "before"}
    await work(queue, clinic)
    await reconcile(clinic)
    assert (await jobs_waiting(clinic), await requests(clinic)) == (
        ["rewrite_event"],
        [],
    )
    async with clinic.pool.connection() as conn:
        await conn.execute("UPDATE procrastinate_events SET at = at - interval '6 minutes'")
    for _ in range(2):
        await reconcile(clinic)
        assert await requests(clinic) == [Reason.EVENT_OUTDATED.words()]
    calendar.faults = {}
    await work(queue, clinic)
    await reconcile(clinic)
    assert (await jobs_waiting(clinic), await requests(clinic)) == ([], [])


@pytest.mark.parametrize("minutes", [4, 6])
async def test_a_calendar_that_cannot_be_read_is_told_after_five_minutes(
    clinic: Clinic, calendar: FaultyCalendar, minutes: int
) -> None:
    """After five minutes without a sync, staff see since when their changes are unknown."""
    await follow_all(clinic)
    calendar.faults = {"changes": "before"}
    async with clinic.pool.connection() as conn:
        await conn.execute(
            "UPDATE calendar_cursor SET read_at = now() - make_interval(mins => %s)", [minutes]
        )
    await follow_all(clinic)
    async with clinic.pool.connection() as conn:
        assert (await overdue_since(conn) is not None) == (minutes > 5)
    calendar.faults = {}
    await follow_all(clinic)
    async with clinic.pool.connection() as conn:
        assert await overdue_since(conn) is None


async def test_the_queues_tables_are_read_here_alone_and_are_as_expected(clinic: Clinic) -> None:
    """The queue tables that we read directly still have the expected columns, states and events."""
    users = {
        path.name
        for path in Path(calendar_sync.__file__).parent.rglob("*.py")
        if "procrastinate_" in path.read_text("utf-8")
    }
    assert users == {"job_queue.py", "job_rows.py", "overdue.py"}
    assert {Status.TODO.value, Status.DOING.value} == {"todo", "doing"}
    a_minute = timedelta(minutes=1)
    async with clinic.pool.connection() as conn:
        await conn.execute(ORPHANED, [a_minute, "insert_event", "move_event"])
        await conn.execute(OVERDUE, [["rewrite_event"], a_minute])
        await job_rows.count_heartbeats_from_now(conn)
        await job_queue.rewrite_event(conn, 1)
        await job_queue.rewrite_event(conn, 1)
        assert not await job_rows.are_running(conn, [1], [1])
        assert await job_rows.delete_jobs(conn, [1], [1]) == 1
        assert await job_rows.delete_finished(conn, a_minute, housekeeping=True) == 0
