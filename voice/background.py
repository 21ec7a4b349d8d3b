"""Work that goes on beside other work and ends with it."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager

import structlog

log = structlog.get_logger(__name__)


@asynccontextmanager
async def run_in_background(work: Coroutine[object, object, None]) -> AsyncGenerator[None]:
    """Run `work` while the context lasts, then cancel it and wait until it has ended."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        # Not `await task`: its being cancelled could not be told from our being cancelled.
        await asyncio.wait([task])
        if not task.cancelled() and (trouble := task.exception()):
            log.error("work in the background ended badly", exc_info=trouble)
