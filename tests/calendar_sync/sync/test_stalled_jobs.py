"""Each job of a killed worker is recovered, whatever happens to the others."""

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio
from procrastinate import App, PsycopgConnector
from support.clinic import confirmed, span, standing

from calendar_sync.bookings.booking import Booked
from calendar_sync.clinic import Clinic
from calendar_sync.sync.jobs import refresh_busy, retry_stalled
from voice.worker import a_worker_is_up

NINE = span("2026-12-01 09:00")


@pytest_asyncio.fixture
async def left(queue: App, clinic: Clinic) -> AsyncGenerator[App]:
    """A periodic job and a caller's booking job that a killed worker had started."""
    with queue.replace_connector(PsycopgConnector()) as app:
        await app.open_async(clinic.pool)
        await refresh_busy.configure(task_kwargs={"timestamp": 0}).defer_async()
        await confirmed(clinic, NINE)
        dead = await app.job_manager.register_worker()
        assert await app.job_manager.fetch_job(queues=None, worker_id=dead)
        assert await app.job_manager.fetch_job(queues=None, worker_id=dead)
        async with clinic.pool.connection() as conn:
            await conn.execute(
                "UPDATE procrastinate_workers SET last_heartbeat = now() - '4 s'::interval"
            )
        yield app


async def sweep_and_work(app: App, clinic: Clinic) -> None:
    """Recover stalled jobs, then run what is due."""
    await retry_stalled.configure(task_kwargs={"timestamp": 0}).defer_async()
    await app.run_worker_async(
        wait=False,
        install_signal_handlers=False,
        listen_notify=False,
        additional_context={"clinic": clinic},
    )


async def unfinished(clinic: Clinic) -> list[tuple[str, str]]:
    """Jobs that have neither succeeded nor are waiting to run."""
    async with clinic.pool.connection() as conn:
        rows = await conn.execute(
            "SELECT task_name, status::text FROM procrastinate_jobs"
            " WHERE status NOT IN ('todo', 'succeeded')"
        )
        return await rows.fetchall()


async def test_a_periodic_job_with_a_newer_twin_is_finished(left: App, clinic: Clinic) -> None:
    """A stalled job is finished, not requeued, while a newer copy with its queueing lock waits."""
    newer = refresh_busy.configure(task_kwargs={"timestamp": 1}, schedule_in={"hours": 1})
    waiting = await newer.defer_async()
    await sweep_and_work(left, clinic)
    assert await unfinished(clinic) == []
    async with clinic.pool.connection() as conn:
        rows = await conn.execute(
            "SELECT id, status::text FROM procrastinate_jobs WHERE task_name LIKE '%refresh_busy'"
        )
        assert await rows.fetchall() == [(waiting, "todo")]
    assert isinstance(await standing(clinic, 1), Booked)


async def test_one_refused_retry_does_not_stop_the_sweep(
    left: App, clinic: Clinic, caplog: pytest.LogCaptureFixture
) -> None:
    """A caller's booking is made even if the job before it cannot be requeued."""
    async with clinic.pool.connection() as conn:
        await conn.execute(
            """
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
              $$ BEGIN RAISE 'no retry of this one'; END $$;
            CREATE TRIGGER refuse BEFORE UPDATE ON procrastinate_jobs FOR EACH ROW
              WHEN (OLD.status = 'doing' AND NEW.status = 'todo'
                    AND OLD.task_name LIKE '%refresh_busy') EXECUTE FUNCTION refuse()
            """
        )
        try:
            await sweep_and_work(left, clinic)
        finally:
            await conn.execute("DROP FUNCTION refuse CASCADE")
    assert [name for name, _ in await unfinished(clinic)] == ["calendar:refresh_busy"]
    assert isinstance(await standing(clinic, 1), Booked)
    assert "could not requeue stalled job" in caplog.text


async def test_a_worker_that_was_killed_before_the_clock_was_set_back_is_dead(
    left: App, clinic: Clinic
) -> None:
    """Its last heartbeat is an hour ahead, and its jobs do not wait for that hour."""
    async with clinic.pool.connection() as conn:
        await conn.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = now() + interval '1 hour'"
        )
        assert not await a_worker_is_up(clinic.pool)
        await sweep_and_work(left, clinic)
        await conn.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '4 s'"
        )
        await sweep_and_work(left, clinic)
    assert await unfinished(clinic) == []
    assert isinstance(await standing(clinic, 1), Booked)
