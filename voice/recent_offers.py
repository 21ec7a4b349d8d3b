"""Which times this process has just offered, so that few callers are after one time at once.

Only what is offered depends on it. Who gets a time is decided by the database, and other processes
know nothing of this one's offers.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from calendar_sync.bookings.clinician_times import Slot

AT_ONCE = 2
"""Calls to which a time is offered at the same time; one that hears of another comes too late."""
SECONDS = 30.0
"""How long an offer counts: as long as a list of times takes, and the caller to press a key."""


@dataclass
class RecentOffers:
    """What each call was offered last; `clock` returns seconds."""

    clock: Callable[[], float] = time.monotonic
    _offers: dict[str, tuple[float, tuple[Slot, ...]]] = field(
        default_factory=dict[str, tuple[float, tuple[Slot, ...]]]
    )

    def add(self, call_sid: str, times: Iterable[Slot]) -> None:
        """A call hears these times now, and no longer those before."""
        self._offers[call_sid] = self.clock() + SECONDS, tuple(times)

    def forget(self, call_sid: str) -> None:
        """A call has chosen."""
        self._offers.pop(call_sid, None)

    def taken_up(self, but_for: str) -> frozenset[Slot]:
        """The times that as many other calls as may be at once, without `but_for`, hear now."""
        now = self.clock()
        self._offers = {sid: (end, each) for sid, (end, each) in self._offers.items() if end > now}
        heard = Counter(
            slot for sid, (_, times) in self._offers.items() if sid != but_for for slot in times
        )
        return frozenset(slot for slot, calls in heard.items() if calls >= AT_ONCE)
