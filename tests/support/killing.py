"""Ends a coroutine at one of its awaits, as killing its process would."""

from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import Any

import pytest
from support.clinic import span
from support.faulty_calendar import Killed

from calendar_sync.availability.span import Span

FIRST = span("2026-12-01 00:00")
LIMIT = 400


class KilledAt:
    """Runs a coroutine to its end, or kills it at its `step`-th await, counted from 1.

    What the coroutine sent before that await has an unknown outcome, as after a real kill.
    """

    def __init__(self, coroutine: Coroutine[Any, Any, object], step: int) -> None:
        self._coroutine = coroutine
        self._step = step
        self.survived = False

    def __await__(self) -> Generator[Any, Any, None]:
        """Pass every await on to the loop, except the one to be killed at."""
        steps = 0
        try:
            awaited = self._coroutine.send(None)
            while True:
                steps += 1
                if steps == self._step:
                    awaited = self._coroutine.throw(Killed())
                yield awaited
                awaited = self._coroutine.send(None)
        except StopIteration:
            self.survived = True
        except Killed:
            return


def slot(number: int) -> Span:
    """The time for the n-th attempt; no two overlap."""
    return Span(
        FIRST.start + number * (FIRST.end - FIRST.start),
        FIRST.end + number * (FIRST.end - FIRST.start),
    )


async def at_every_await(attempt: Callable[[int], Awaitable[bool]]) -> None:
    """Kill at the first await, then at the second, and so on, until a run completes."""
    for step in range(1, LIMIT):
        if await attempt(step):
            assert step > 5
            return
    pytest.fail("no attempt survived")
