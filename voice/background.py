"""Run a coroutine in the background for as long as a context lasts."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager

import structlog

log = structlog.get_logger(__name__)


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
