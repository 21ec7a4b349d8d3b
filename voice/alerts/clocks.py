"""Notices that this computer's clock was set back, or is far from the database's."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from psycopg_pool import AsyncConnectionPool

WRONG = 30.0
"""Seconds. A hold lasts minutes; time synchronization corrects less, or very slowly."""


@dataclass(slots=True)
class Clocks:
    """One process's view of the clocks. `clock` is this computer's, in seconds since 1970."""

    clock: Callable[[], float] = time.time
    _ahead: float = field(default=float("-inf"), init=False)
    """The most that the clock was ever ahead of one that nobody can set, in seconds."""

    async def wrong(self, pool: AsyncConnectionPool) -> str:
        """What is wrong, for the operator; "" if nothing is. Raises psycopg.Error, PoolTimeout."""
        ahead = self.clock() - time.monotonic()
        self._ahead = max(self._ahead, ahead)
        back = self._ahead - ahead
        if back > WRONG:
            return f"The clock of this computer was set back by {_minutes(back)}"
        async with pool.connection() as conn:
            before = self.clock()
            rows = await conn.execute("SELECT extract(epoch FROM clock_timestamp())::float8")
            [database] = await rows.fetchone() or (before,)
        # The answer's own way counts as no difference.
        off = float(max(before - database, database - self.clock()))
        return (
            f"The clock of the database is {_minutes(off)} off this computer's"
            if off > WRONG
            else ""
        )


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} minutes"  # noqa: PLR2004
