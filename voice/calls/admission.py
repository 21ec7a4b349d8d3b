"""Whether one more call can be served; if not, its caller hears a short document at once.

The turns of calls under way come first: each is answered, and waits for the others if it has to.
Only a new call is turned away, before it takes a connection, so that no call that was answered
breaks because of later ones.

A call needs little at first and most when it books, a minute or two later. If all were let in while
the process has time, too many would book at once, and then nobody would be let in until they had
ended. So a process that has much to do learns how much of its time a call takes in all, and lets no
more calls in a second than it could serve for ever.
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
AIMED_LOAD = 0.8
"""The share up to which new calls are let in for ever: less than `MAX_LOAD`, or half of the time
nobody would be let in, and then too many at once."""
LEARNED_FROM = 0.15
"""The share from which on it is learned what calls take."""
LEARNED_SECONDS = 600.0
"""How long that is remembered, counting only times above that share: longer than a wave of calls,
which take less when they begin, and more the more there are."""
CALM_SECONDS = 180.0
"""After so long below that share it is forgotten, since something else may have taken the time."""
COUNTED_AFTER_SECONDS = 60.0
"""How long after it began a call counts with what calls took: it has taken half of it by then."""
KNOWN_CALLS = 20
"""So many calls have to count before what they took is known well enough, and so many may begin at
the same moment: they alone are never too much."""
LEAST_A_SECOND = 0.2
"""So many calls may begin in a second whatever else takes the time, such as refusing a flood: they
take less than a tenth of it."""
BURST_SECONDS = 2.0
"""The calls of so many seconds may begin at the same moment, too."""
MEASURED_SECONDS = 0.01
"""Calls that arrive closer together than this are measured once."""
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
        self._busy = self._calls = self._begun = self._watched = 0.0
        self._may_begin = self._calm = 0.0

    def admits(self) -> bool:
        """Whether a new call can be served now; one that can not is counted."""
        self._measure()
        waiting = self._pool.get_stats()["requests_waiting"]
        if self._load <= MAX_LOAD and waiting <= MAX_WAITING and self._is_spread():
            return True
        refused("new call while the line is full")
        return False

    def _is_spread(self) -> bool:
        """Whether a call may begin now; if so, it is counted."""
        is_known = self._calls >= KNOWN_CALLS and self._watched >= COUNTED_AFTER_SECONDS
        if is_known and self._may_begin < 1:
            return False
        self._may_begin = max(0, self._may_begin - 1)
        self._begun += 1
        return True

    def _measure(self) -> None:
        """Bring the averages up to date: of the load, and of what a call takes."""
        at, (used_before, before) = self._clock(), self._seen
        if at - before < MEASURED_SECONDS:
            return
        used = self._used()
        self._seen = used, at
        share = (used - used_before) / (at - before)
        self._load += (share - self._load) * (1 - math.exp((before - at) / AVERAGED_SECONDS))
        now_count = self._begun * (1 - math.exp((before - at) / COUNTED_AFTER_SECONDS))
        self._begun -= now_count
        self._calm = 0 if self._load > LEARNED_FROM else self._calm + at - before
        if self._calm > CALM_SECONDS:
            self._busy = self._calls = self._watched = 0
        elif not self._calm:
            kept = math.exp((before - at) / LEARNED_SECONDS)
            self._busy = self._busy * kept + used - used_before
            self._calls = self._calls * kept + now_count
            self._watched = self._watched * kept + at - before
        if self._busy:
            a_second = max(LEAST_A_SECOND, AIMED_LOAD * self._calls / self._busy)
            most = max(KNOWN_CALLS, BURST_SECONDS * a_second)
            self._may_begin = min(self._may_begin + (at - before) * a_second, most)


def busy_document(line: Line) -> str:
    """What such a caller hears: 911 first, then to call again or to write; in both languages."""
    facts = line.prompt_facts.facts
    words = tuple(
        Spoken(text.about(**facts).spoken_in(language), language)
        for text in (EMERGENCY, BUSY)
        for language in _LANGUAGES
    )
    return twiml.document(Goodbye(words, slow=False, outcome="line full"), line.phones)
