"""Ending a coroutine at one of its awaits, as a kill would end its process."""

from collections.abc import Coroutine, Generator
from typing import Any

from faulty_diary import Killed


class KilledAt:
    """Runs a coroutine to its end, or to its `step`-th await, counted from 1; there it dies.

    What the coroutine sent before that await has an unknown outcome, as after a real kill.
    """

    def __init__(self, coroutine: Coroutine[Any, Any, object], step: int) -> None:
        self._coroutine = coroutine
        self._step = step
        self.survived = False

    def __await__(self) -> Generator[Any, Any, None]:
        """Hand every await on to the loop, but one."""
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
