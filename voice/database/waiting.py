"""Runs what needs the database as soon as it is there, and again if that ends in an error.

A line that starts while its database is away has to answer callers all the same.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog

from voice.database.connection import open_database
from voice.database.session_needs import require_session
from voice.errors import DatabaseAwayError, ReportedError
from voice.settings import Settings

log = structlog.get_logger(__name__)

START_SECONDS = 4.0
"""How long a live line waits for its database before it answers without it.

A socket that systemd holds keeps callers meanwhile, and they get a real answer: Twilio waits 15 s.
"""
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 5.0
"""Seconds between two attempts; each pause is twice the one before."""

Run = Callable[[str, Callable[[], None]], Awaitable[None]]
"""Takes the dsn and a function to call once all is ready; runs until cancelled."""


@asynccontextmanager
async def with_database(settings: Settings, run: Run, *, alone: bool) -> AsyncGenerator[None]:
    """Open the database and do `run` with it while the context lasts.

    A live line's context begins when `run` is ready, or without it when the database is away; then
    it is tried again until it succeeds. An error that waiting does not help ends a start, but not
    a line that already answers callers. Raises ReportedError.
    """
    started = _Start(settings, run, alone=alone)
    task = asyncio.create_task(started.keep_trying())
    waiting = asyncio.create_task(started.may_serve.wait())
    try:
        await asyncio.wait(
            {task, waiting},
            timeout=None if settings.is_demo else START_SECONDS,
            return_when=asyncio.FIRST_COMPLETED,
        )
        if task.done():
            task.result()
        started.may_serve.set()
        yield
    finally:
        waiting.cancel()
        task.cancel()
        await asyncio.wait([task])


class _Start:
    """Attempts to open the database, one after the other."""

    def __init__(self, settings: Settings, run: Run, *, alone: bool) -> None:
        self._settings, self._run, self._alone = settings, run, alone
        self.may_serve = asyncio.Event()

    async def keep_trying(self) -> None:
        """Try until cancelled. Raises what ends a start."""
        pause = _FIRST_PAUSE
        while True:
            try:
                await self._try()
            except Exception as error:
                if not self.may_serve.is_set() and not self._helps_waiting(error):
                    raise
                reported = isinstance(error, ReportedError)
                log.error(  # noqa: TRY400  # a traceback only of what nobody expects
                    "the database cannot be used yet, so callers hear the fallback response",
                    why=str(error),
                    again_in_seconds=pause,
                    exc_info=None if reported else error,
                )
            self.may_serve.set()
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _helps_waiting(self, error: Exception) -> bool:
        """A person who starts a demo is there, and is told at once."""
        return not self._settings.is_demo and isinstance(error, DatabaseAwayError)

    async def _try(self) -> None:
        async with open_database(self._settings, alone=self._alone) as dsn:
            if self._settings.database_url.get_secret_value():
                await asyncio.to_thread(require_session, dsn)
            await self._run(dsn, self.may_serve.set)
