"""The job queue in our database, and the worker that runs its jobs."""

import asyncio
import time
from collections.abc import Coroutine

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
_LOOK_EVERY = 0.5
"""Seconds between two looks for jobs. A new job is announced, but an announcement that comes while
the worker looks is lost: procrastinate 3.10 clears its mark of it after each look."""
_CONCURRENCY = {("default", HOUSEKEEPING): 8, (TEXTS,): 4}
"""Jobs at a time by queues. Texts have a worker of their own: while Twilio hangs, callers' bookings
still get into the calendar."""
_SHUTDOWN_SECONDS = 2.0
"""How long running jobs may take at shutdown; one that takes longer is run again later. The port is
closed meanwhile, so a Google that hangs must not keep callers out for long."""
_SET_BACK = 5.0
"""Seconds. Time synchronization sets a clock back by less than this, or very slowly."""


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
    while True:
        try:
            await _until_set_back(
                jobs.run_worker_async(
                    queues=list(queues),
                    concurrency=concurrency,
                    install_signal_handlers=False,
                    fetch_job_polling_interval=_LOOK_EVERY,
                    update_heartbeat_interval=HEARTBEAT,
                    stalled_worker_timeout=STALLED,
                    shutdown_graceful_timeout=_SHUTDOWN_SECONDS,
                    additional_context={"clinic": clinic},
                )
            )
        except Exception:
            log.exception("the worker stopped; starting it again")
        await asyncio.sleep(1)


async def _until_set_back(work: Coroutine[object, object, None]) -> None:
    """Do the work until it ends, or until the clock was set back; then it is stopped.

    The queue defers no periodic job before the time of the last one that it deferred, so after an
    hour back there would be none for an hour; a new run of the worker begins at the new time.
    """
    working = asyncio.create_task(work)
    watching = asyncio.create_task(_set_back())
    try:
        await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
        if watching.done():
            log.error(
                "the clock was set back; the worker starts again with the new time",
                seconds=round(watching.result()),
            )
    finally:
        watching.cancel()
        working.cancel()
        await asyncio.wait({working, watching})
        failed = None if working.cancelled() else working.exception()
    if failed is not None:
        raise failed


async def _set_back() -> float:
    """Wait until the clock is set back; by how many seconds it was."""
    ahead = time.time() - time.monotonic()
    while True:
        await asyncio.sleep(1)
        now = time.time() - time.monotonic()
        if ahead - now > _SET_BACK:
            return ahead - now
        ahead = now


async def a_worker_is_up(pool: AsyncConnectionPool) -> bool:
    """Whether a worker, in any process, has sent a heartbeat in the last ten seconds."""
    async with pool.connection() as conn:
        row = await conn.execute(
            "SELECT EXISTS (SELECT FROM procrastinate_workers"
            " WHERE last_heartbeat BETWEEN now() - interval '10 s' AND now() + interval '10 s')"
        )
        return await row.fetchone() == (True,)
