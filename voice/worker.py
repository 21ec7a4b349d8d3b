"""The durable work: the queue in our own database, and the worker that takes jobs from it."""

import asyncio
from dataclasses import replace

import structlog
from procrastinate import App, PsycopgConnector
from psycopg_pool import AsyncConnectionPool

from calendar_sync.clinic import Clinic
from calendar_sync.job_queue import NAMESPACE
from calendar_sync.sync import jobs as calendar_jobs

log = structlog.get_logger(__name__)

jobs = App(connector=PsycopgConnector())
jobs.add_tasks_from(calendar_jobs.blueprint, namespace=NAMESPACE)

HEARTBEAT, STALLED = 1.0, 3.0
"""Seconds; the queue's own 10 and 30 are too slow for a caller who waits for a dead worker."""
_AT_ONCE = 8
_FINISH = 5.0
"""Seconds that a job in hand may still take when the line stops; after that it is run again."""


async def work(clinic: Clinic, pool: AsyncConnectionPool) -> None:
    """Do jobs until cancelled; after a trouble, such as a database that is away, begin again.

    `pool` is for jobs alone: its statements may take longer than a caller could wait.
    """
    # A connector keeps the pool it was first opened with, so each run gets a new one.
    with jobs.replace_connector(PsycopgConnector()):
        await jobs.open_async(pool)
        # A worker whose own way down fails raises that, and the cancelling would be forgotten.
        while not _is_cancelled():
            try:
                await jobs.run_worker_async(
                    concurrency=_AT_ONCE,
                    install_signal_handlers=False,
                    update_heartbeat_interval=HEARTBEAT,
                    stalled_worker_timeout=STALLED,
                    shutdown_graceful_timeout=_FINISH,
                    additional_context={"clinic": replace(clinic, pool=pool)},
                )
            except Exception:
                log.exception("the worker stopped; it begins again")
            await asyncio.sleep(1)


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def a_worker_is_up(pool: AsyncConnectionPool) -> bool:
    """Whether any worker, here or elsewhere, has shown a heartbeat in the last ten seconds."""
    async with pool.connection() as conn:
        row = await conn.execute(
            "SELECT EXISTS (SELECT FROM procrastinate_workers"
            " WHERE last_heartbeat > now() - interval '10 seconds')"
        )
        return await row.fetchone() == (True,)
