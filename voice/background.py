"""Run a coroutine in the background: while a context lasts, or beyond a time limit."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import structlog

log = structlog.get_logger(__name__)

T = TypeVar("T")


@asynccontextmanager
async def run_in_background(work: Coroutine[object, object, None]) -> AsyncGenerator[None]:
    """Run `work` while the context lasts, then cancel it and wait for it to finish."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        # Not `await task`: we could not tell its cancellation from our own.
        await asyncio.wait([task])
        if not task.cancelled() and (error := task.exception()):
            log.error("a background task failed", exc_info=error)


_LATE: set[asyncio.Task[object]] = set()
"""Tasks that nobody waits for any more; without a reference they could be dropped unfinished."""


async def within(seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`; raises TimeoutError after so many seconds, and lets `work` finish.

    It is not cancelled, as `asyncio.timeout` would: cancelling a statement of psycopg waits for the
    server (10 s when that is frozen), and cancelling a wait for a pool's connection can lose it
    (psycopg issue 1275). What `work` waits for must end by itself: the pool and the statements
    have time limits of their own.
    """
    task = asyncio.create_task(work)
    _LATE.add(task)
    task.add_done_callback(_finished)
    done, _ = await asyncio.wait({task}, timeout=seconds)
    if not done:
        message = f"not done within {seconds} seconds"
        raise TimeoutError(message)
    return task.result()


def _finished(task: asyncio.Task[object]) -> None:
    _LATE.discard(task)
    if not task.cancelled():
        task.exception()  # seen: whoever still waits for it gets it, and logs it
