"""The job queue in our database, and the worker that runs its jobs."""

import asyncio

import structlog
from procrastinate import App, PsycopgConnector
from psycopg_pool import AsyncConnectionPool

from calendar_sync.clinic import Clinic
from calendar_sync.job_queue import HOUSEKEEPING, NAMESPACE, TEXTS
from calendar_sync.sync import jobs as calendar_jobs

log = structlog.get_logger(__name__)

jobs = App(connector=PsycopgConnector())
jobs.add_tasks_from(calendar_jobs.blueprint, namespace=NAMESPACE)

HEARTBEAT, STALLED = 1.0, 3.0
"""Seconds. The defaults of 10 and 30 are too slow for a caller who is waiting for the result."""
_CONCURRENCY = {("default", HOUSEKEEPING): 8, (TEXTS,): 4}
"""Jobs at a time by queues. Texts have a worker of their own: while Twilio hangs, callers' bookings
still get into the calendar."""
_SHUTDOWN_SECONDS = 5.0
"""How long running jobs may take at shutdown; one that takes longer is run again later."""


async def work(clinic: Clinic) -> None:
    """Run jobs until cancelled; after a failure, such as a database that is down, start again.

    `clinic` is the one that jobs get. In a live line its pool is for jobs only, with longer
    timeouts than a caller could wait.
    """
    # A connector keeps the pool that it was first opened with, so each run gets a new one.
    with jobs.replace_connector(PsycopgConnector()):
        await jobs.open_async(clinic.pool)
        async with asyncio.TaskGroup() as group:
            for queues, concurrency in _CONCURRENCY.items():
                group.create_task(_work_on(queues, concurrency, clinic))


async def _work_on(queues: tuple[str, ...], concurrency: int, clinic: Clinic) -> None:
    # A worker whose shutdown fails raises that error instead of CancelledError.
    while not _is_cancelled():
        try:
            await jobs.run_worker_async(
                queues=list(queues),
                concurrency=concurrency,
                install_signal_handlers=False,
                update_heartbeat_interval=HEARTBEAT,
                stalled_worker_timeout=STALLED,
                shutdown_graceful_timeout=_SHUTDOWN_SECONDS,
                additional_context={"clinic": clinic},
            )
        except Exception:
            log.exception("the worker stopped; starting it again")
        await asyncio.sleep(1)


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def a_worker_is_up(pool: AsyncConnectionPool) -> bool:
    """Whether a worker, in any process, has sent a heartbeat in the last ten seconds."""
    async with pool.connection() as conn:
        row = await conn.execute(
            "SELECT EXISTS (SELECT FROM procrastinate_workers"
            " WHERE last_heartbeat > now() - interval '10 seconds')"
        )
        return await row.fetchone() == (True,)
