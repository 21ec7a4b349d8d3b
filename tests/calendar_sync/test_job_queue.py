"""Every deferred job name is a registered task with the declared argument and options."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from procrastinate import App
from psycopg.rows import dict_row
from support.clinic import jobs_waiting

from calendar_sync import job_queue
from calendar_sync.clinic import Clinic
from voice.worker import jobs

Deferring = Callable[..., Awaitable[None]]

DEFERRING: list[Deferring] = [
    function
    for name, function in inspect.getmembers(job_queue, inspect.iscoroutinefunction)
    if function.__module__ == job_queue.__name__ and not name.startswith("_")
]
OWN_LOCKS = {"calendar:invite": "invitation 1"}
"""Locks that are made for each job instead of being declared with the task."""


async def deferred(clinic: Clinic, defer: Deferring) -> dict[str, Any]:
    """The row that one call of a job_queue function writes."""
    required = [
        name
        for name, parameter in inspect.signature(defer).parameters.items()
        if name != "conn" and parameter.default is parameter.empty
    ]
    async with clinic.pool.connection() as conn:
        await defer(conn, **dict.fromkeys(required, 1))
    async with clinic.pool.connection() as conn, conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute("SELECT * FROM procrastinate_jobs")
        [row] = await cursor.fetchall()
        return row


@pytest.mark.parametrize("defer", DEFERRING, ids=lambda defer: defer.__name__)
async def test_every_name_is_a_registered_task_with_that_argument(
    clinic: Clinic, defer: Deferring
) -> None:
    """A wrong name or argument would otherwise fail only when a worker takes the job."""
    row = await deferred(clinic, defer)
    task = jobs.tasks[row["task_name"]]
    context, *arguments = inspect.signature(task.func).parameters
    assert (context, set(row["args"])) == ("context", set(arguments))
    assert (row["priority"], row["queue_name"]) == (task.priority, task.queue)
    assert row["queueing_lock"] == task.queueing_lock
    assert row["lock"] == OWN_LOCKS.get(task.name, task.lock)
    assert row["scheduled_at"] is None


def test_every_task_that_is_not_periodic_can_be_deferred(queue: App) -> None:
    """The count keeps the test above from passing on an empty list."""
    periodic = {each.task.name for each in queue.periodic_registry.periodic_tasks.values()}
    own = {name for name in queue.tasks if name.startswith(f"{job_queue.NAMESPACE}:")}
    assert len(DEFERRING) == len(own - periodic) + 1  # follow_staff is periodic and deferred too


async def test_a_job_is_gone_with_the_transaction_that_deferred_it(clinic: Clinic) -> None:
    """A change and its job are committed together or not at all."""
    async with clinic.pool.connection() as conn, conn.transaction(force_rollback=True):
        await job_queue.rewrite_event(conn, 1)
    assert await jobs_waiting(clinic) == []


async def test_a_delayed_job_is_not_due_at_once(clinic: Clinic) -> None:
    """`delay_seconds` counts from now."""
    async with clinic.pool.connection() as conn:
        await job_queue.look_at_event(conn, 1, delay_seconds=60)
        rows = await conn.execute(
            "SELECT scheduled_at BETWEEN now() + interval '50 s' AND now() + interval '70 s'"
            " FROM procrastinate_jobs"
        )
        assert await rows.fetchall() == [(True,)]


async def test_reading_staffs_changes_is_queued_once(clinic: Clinic) -> None:
    """A second request while one is waiting neither fails nor aborts the transaction."""
    async with clinic.pool.connection() as conn, conn.transaction():
        for _ in range(2):
            await job_queue.follow_staff(conn)
        await job_queue.rewrite_event(conn, 1)
    assert await jobs_waiting(clinic) == ["follow_staff", "rewrite_event"]


@pytest.mark.parametrize("defer", [job_queue.rewrite_event, job_queue.update_invitation])
async def test_jobs_that_write_one_event_are_one_job_while_it_waits(
    clinic: Clinic, defer: Deferring
) -> None:
    """Ten saves in a second are one job; another visit and a job that runs get one of their own."""
    async with clinic.pool.connection() as conn:
        for booking_id in (1, 1, 2, 1):
            await defer(conn, booking_id)
        rows = await conn.execute("SELECT count(*) FROM procrastinate_jobs")
        assert await rows.fetchone() == (2,)
        await conn.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = 1")
        await defer(conn, 1)
        rows = await conn.execute("SELECT count(*) FROM procrastinate_jobs")
        assert await rows.fetchone() == (3,)


async def test_a_job_that_another_change_relies_on_begins_after_it(clinic: Clinic) -> None:
    """A worker that took the job before the change commits would write the event as it was."""
    async with clinic.pool.connection() as conn:
        await job_queue.rewrite_event(conn, 1)
    pool = clinic.pool
    async with pool.connection() as conn, pool.connection() as worker, conn.transaction():
        await job_queue.rewrite_event(conn, 1)
        fetched = await worker.execute(
            "SELECT id FROM procrastinate_jobs WHERE status = 'todo' FOR UPDATE SKIP LOCKED"
        )
        assert await fetched.fetchall() == []
