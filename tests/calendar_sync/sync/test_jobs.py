"""Calendar jobs run from the queue, even after a worker is killed."""

from collections.abc import AsyncGenerator

import pytest
from procrastinate import App, PsycopgConnector
from procrastinate.types import JSONValue
from support.clinic import (
    agree,
    confirmed,
    expire,
    hold,
    jobs_waiting,
    live_events,
    requests,
    row,
    span,
    standing,
)
from support.faulty_calendar import FaultyCalendar

from calendar_sync.bookings.booking import Booked, Pending
from calendar_sync.bookings.call_back_reasons import Reason
from calendar_sync.bookings.free_times import Stale, free_openings
from calendar_sync.clinic import Clinic
from calendar_sync.retry import NotYet, UntilSettled
from calendar_sync.sync.jobs import (
    delete_old_jobs,
    reconcile,
    reconcile_bookings,
    refresh_busy,
    release_expired_holds,
    retry_stalled,
)

NINE = span("2026-12-01 09:00")
NOW: dict[str, JSONValue] = {"timestamp": 0}
"""What the queue's clock hands to a periodic job; none of ours reads it."""


@pytest.fixture
async def open_queue(queue: App, clinic: Clinic) -> AsyncGenerator[App]:
    """The queue on the clinic's database, for a worker."""
    with queue.replace_connector(PsycopgConnector()) as app:
        await app.open_async(clinic.pool)
        yield app


async def work(app: App, clinic: Clinic) -> None:
    """Run all due jobs, then stop."""
    context = {"clinic": clinic}
    await app.run_worker_async(
        wait=False, install_signal_handlers=False, listen_notify=False, additional_context=context
    )


async def age(clinic: Clinic, minutes: int) -> None:
    """Make every confirmation several minutes old."""
    async with clinic.pool.connection() as conn:
        await conn.execute(
            "UPDATE booking SET confirmed_at = now() - make_interval(mins => %s)"
            " WHERE confirmed_at IS NOT NULL",
            [minutes],
        )


async def test_a_worker_books_what_was_confirmed(open_queue: App, clinic: Clinic) -> None:
    """The queue alone takes a confirmation to an event that shows consent."""
    booking_id = await confirmed(clinic, NINE)
    await agree(clinic, booking_id)
    await work(open_queue, clinic)
    assert isinstance(await standing(clinic, booking_id), Booked)
    [event] = await live_events(clinic)
    assert "TEXTS: yes" in event.description
    assert await jobs_waiting(clinic) == ["look_at_event"]


async def test_a_job_that_meets_a_silent_calendar_stays_in_the_queue(
    open_queue: App, clinic: Clinic, calendar: FaultyCalendar
) -> None:
    """A job that gets no answer is retried at once, then with delay, and never dropped."""
    booking_id = await confirmed(clinic, NINE)
    calendar.faults = {"busy": "before"}
    await work(open_queue, clinic)
    assert await standing(clinic, booking_id) == Pending()
    assert await jobs_waiting(clinic) == ["insert_event"]
    async with clinic.pool.connection() as conn:
        await conn.execute("UPDATE procrastinate_jobs SET scheduled_at = now()")
    calendar.faults = {}
    await work(open_queue, clinic)
    assert isinstance(await standing(clinic, booking_id), Booked)


@pytest.mark.parametrize(
    ("attempts", "asked", "seconds"),
    [(0, 0, 0), (1, 0, 1), (2, 0, 2), (5, 0, 16), (20, 0, 300), (10**6, 0, 300), (0, 30, 30)],
)
def test_retries_begin_at_once_and_slow_down_to_five_minutes(
    attempts: int, asked: int, seconds: int
) -> None:
    """Retries slow down to five minutes, or to a longer Retry-After, and never stop."""
    assert UntilSettled.wait(NotYet("silent", asked), attempts) == seconds
    if not asked:
        assert UntilSettled.wait(OSError(), attempts) == seconds


async def test_the_job_of_a_killed_worker_goes_back_to_the_queue(
    open_queue: App, clinic: Clinic
) -> None:
    """A job left by a killed worker is run by the next one."""
    booking_id = await confirmed(clinic, NINE)
    dead = await open_queue.job_manager.register_worker()
    assert await open_queue.job_manager.fetch_job(queues=None, worker_id=dead)
    async with clinic.pool.connection() as conn:
        await conn.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '4 seconds'"
        )
    await retry_stalled.configure(task_kwargs=NOW).defer_async()
    await work(open_queue, clinic)
    assert isinstance(await standing(clinic, booking_id), Booked)


async def test_jobs_of_a_living_worker_are_left_to_it(open_queue: App, clinic: Clinic) -> None:
    """A worker whose last heartbeat is within three seconds keeps its jobs."""
    await confirmed(clinic, NINE)
    alive = await open_queue.job_manager.register_worker()
    assert await open_queue.job_manager.fetch_job(queues=None, worker_id=alive)
    await retry_stalled.configure(task_kwargs=NOW).defer_async()
    await work(open_queue, clinic)
    assert await live_events(clinic) == []


async def test_the_periodic_jobs_do_their_work(open_queue: App, clinic: Clinic) -> None:
    """Periodic jobs read busy times, release expired holds and requeue orphaned bookings."""
    expired = await hold(clinic, NINE)
    await expire(clinic, expired)
    lost = await confirmed(clinic, span("2026-12-01 10:00"), "CA2")
    async with clinic.pool.connection() as conn:
        await conn.execute("DELETE FROM procrastinate_jobs")
    await age(clinic, 3)
    for task in (refresh_busy, release_expired_holds, reconcile_bookings, delete_old_jobs):
        await task.configure(task_kwargs=NOW).defer_async()
    await work(open_queue, clinic)
    assert not isinstance(await free_openings(clinic), Stale)
    assert (await row(clinic, expired)).state == "released"
    assert isinstance(await standing(clinic, lost), Booked)


def test_a_callers_insert_comes_before_a_reminder(queue: App) -> None:
    """Inserts and stalled-job recovery run before reminders, since a caller may be waiting."""
    tasks = {name.partition(":")[2]: task for name, task in queue.tasks.items()}
    first, later = (tasks[name].priority for name in ("insert_event", "send_due_texts"))
    assert first == tasks["retry_stalled"].priority
    assert first > tasks["tell_patient"].priority > later


def test_every_periodic_job_is_known_to_the_lines_queue(queue: App) -> None:
    """Task names are permanent: a job that waits across a deploy must find its task."""
    periodic = queue.periodic_registry.periodic_tasks.values()
    crons = {each.task.name: each.cron for each in periodic}
    assert crons == {
        "calendar:follow_staff": "* * * * *",
        "calendar:renew_channel": "*/5 * * * *",
        "calendar:summarize_day": "*/15 * * * *",
        "calendar:send_due_texts": "* * * * *",
        "calendar:check_calls": "* * * * *",
        "calendar:refresh_busy": "* * * * *",
        "calendar:release_expired_holds": "* * * * *",
        "calendar:reconcile_bookings": "* * * * *",
        "calendar:retry_stalled": "* * * * * */2",
        "calendar:delete_old_jobs": "7 * * * *",
        "calendar:delete_old_data": "23 * * * *",
    }
    assert {name for name in queue.tasks if name.startswith("calendar:")} - crons.keys() == {
        "calendar:insert_event",
        "calendar:invite",
        "calendar:offer_open_times",
        "calendar:withdraw_event",
        "calendar:rewrite_event",
        "calendar:tell_patient",
        "calendar:send_text",
        "calendar:check_delivery",
        "calendar:pick_up_link",
        "calendar:look_at_event",
        "calendar:move_event",
    }


async def test_only_bookings_that_no_job_works_on_are_taken_up(clinic: Clinic) -> None:
    """Only older unsettled bookings without a job are requeued, and only once."""
    with_job = await confirmed(clinic, NINE, "CA1")
    without = await confirmed(clinic, span("2026-12-01 10:00"), "CA2")
    settled = await confirmed(clinic, span("2026-12-01 11:00"), "CA3")
    async with clinic.pool.connection() as conn:
        await conn.execute("UPDATE booking SET state = 'booked' WHERE id = %s", [settled])
        await conn.execute(
            "DELETE FROM procrastinate_jobs WHERE args ->> 'booking_id' <> %s", [str(with_job)]
        )
    await reconcile(clinic)
    assert len(await jobs_waiting(clinic)) == 1
    await age(clinic, 3)
    for _ in range(2):
        await reconcile(clinic)
    async with clinic.pool.connection() as conn:
        rows = await conn.execute(
            "SELECT args ->> 'booking_id' FROM procrastinate_jobs ORDER BY id"
        )
        assert await rows.fetchall() == [(str(with_job),), (str(without),)]


async def test_what_waits_five_minutes_is_shown_to_staff_once(clinic: Clinic) -> None:
    """After five minutes a pending request is shown to staff once, and its job keeps retrying."""
    await confirmed(clinic, NINE)
    await age(clinic, 4)
    await reconcile(clinic)
    assert await requests(clinic) == []
    await age(clinic, 6)
    for _ in range(2):
        await reconcile(clinic)
    assert await requests(clinic) == [Reason.NOT_IN_CALENDAR_YET.for_staff()]


async def test_finished_jobs_are_forgotten_periodic_ones_sooner(
    open_queue: App, clinic: Clinic
) -> None:
    """Finished jobs are kept for a week, periodic ones for an hour."""
    await confirmed(clinic, NINE)
    periodic = await refresh_busy.configure(task_kwargs=NOW).defer_async()
    await work(open_queue, clinic)
    for hours, left in ((2, ["calendar:insert_event"]), (7 * 24, [])):
        async with clinic.pool.connection() as conn:
            await conn.execute(
                "UPDATE procrastinate_events SET at = at - make_interval(hours => %s)", [hours]
            )
        await delete_old_jobs.configure(task_kwargs=NOW).defer_async()
        await work(open_queue, clinic)
        async with clinic.pool.connection() as conn:
            rows = await conn.execute(
                "SELECT task_name FROM procrastinate_jobs WHERE id <= %s", [periodic]
            )
            assert [name for (name,) in await rows.fetchall()] == left
