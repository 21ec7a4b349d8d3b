"""Whether one more call can be served; if not, its caller hears a short document at once.

The turns of calls under way come first: each is answered, and waits for the others if it has to.
Only a new call is turned away, before it takes a connection, so that no call that was answered
breaks because of later ones.
"""

import math
import time
from collections.abc import Callable
from pathlib import Path

from psycopg_pool import AsyncConnectionPool

from voice.bootstrap import Line
from voice.dialogue import twiml
from voice.dialogue.turns import Goodbye, Spoken
from voice.flows.clinical_wording import EMERGENCY
from voice.language import Language, Text
from voice.refusals import refused

BUSY = Text(
    "This is {clinic}. Too many people are calling right now."
    "¦ Please call again in a few minutes. Or email {email}. Goodbye.",
    "Habla {clinic}. En este momento llaman demasiadas personas."
    "¦ Vuelva a llamar en unos minutos. O escriba a {email}. Adiós.",
)
MAX_WAITING = 16
"""Turns of this process that wait for a connection before a new call is turned away."""
MAX_LOAD = 0.85
"""Share of its time that this process may compute, or wait for a processor that other programs
use, before a new call is turned away."""
AVERAGED_SECONDS = 8.0
"""How far back that share looks: as long as a caller takes from one key to the next, so that calls
that have just begun count with the turns that they will soon need."""
_LANGUAGES: tuple[Language, ...] = ("en", "es")


def busy_seconds() -> float:
    """How long this process has computed, or was ready to and had to wait for a processor.

    The wait is that of its main thread: https://docs.kernel.org/scheduler/sched-stats.html.
    """
    try:
        waited = int(Path("/proc/self/schedstat").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError):
        waited = 0  # a kernel without these figures, or another system
    return time.process_time() + waited / 1e9


class Admission:
    """Decides for the new calls of one process."""

    def __init__(
        self,
        pool: AsyncConnectionPool,
        used: Callable[[], float] = busy_seconds,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`used` is how long this process was busy, `clock` the time; both in seconds."""
        self._pool, self._used, self._clock = pool, used, clock
        self._seen = used(), clock()
        self._load = 0.0

    def admits(self) -> bool:
        """Whether a new call can be served now; one that can not is counted."""
        self._measure()
        waiting = self._pool.get_stats()["requests_waiting"]
        if self._load <= MAX_LOAD and waiting <= MAX_WAITING:
            return True
        refused("new call while the line is full")
        return False

    def _measure(self) -> None:
        """Bring the exponential average of the load up to date."""
        used, at = self._used(), self._clock()
        (used_before, before), self._seen = self._seen, (used, at)
        if at > before:
            share = (used - used_before) / (at - before)
            fresh = 1 - math.exp((before - at) / AVERAGED_SECONDS)
            self._load += (share - self._load) * fresh


def busy_document(line: Line) -> str:
    """What such a caller hears: 911 first, then to call again or to write; in both languages."""
    facts = line.prompt_facts.facts
    words = tuple(
        Spoken(text.about(**facts).spoken_in(language), language)
        for text in (EMERGENCY, BUSY)
        for language in _LANGUAGES
    )
    return twiml.document(Goodbye(words, slow=False, outcome="line full"), line.phones)
