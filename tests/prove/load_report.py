"""What a load run measures, and what it prints of it."""

import argparse
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from prove.load_processes import Used

from voice.calls.admission import MAX_LOAD

_ENDS = ("new callers", "booked", "turned away", "gave up", "broken")
"""What is counted besides calls that ended in other ways."""


@dataclass
class Measured:
    """What the callers saw while it was measured."""

    phase: str = ""
    """What a turn counts as now; "" while nothing is measured."""
    live: int = 0
    """Calls under way."""
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """Until the answer, by phase."""
    turns: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """The same by the turn's name."""
    counted: Counter[str] = field(default_factory=Counter[str])
    """New callers, and how calls ended."""
    lives: list[int] = field(default_factory=list[int])

    def turn(self, name: str, seconds: float) -> None:
        """An answer came."""
        if self.phase:
            self.seconds[self.phase].append(seconds)
            self.turns[name].append(seconds)
            self.lives.append(self.live)

    def count(self, what: str) -> None:
        """Something happened to a caller."""
        if self.phase:
            self.counted[what] += 1


def report(asked: argparse.Namespace, seen: Measured, took: float, used: Used) -> None:
    """Print it; `used` is what the `took` seconds that were measured took of the processors."""
    turns, counted = sum(map(len, seen.seconds.values())), seen.counted
    calls, live = len(seen.turns["the call begins"]), sum(seen.lives) / max(1, len(seen.lives))
    away = 100 * counted["turned away"] / max(1, calls)
    minute = {name: f"{60 * number / took:.0f}" for name, number in counted.items()}
    others = {end: number for end, number in counted.items() if end not in _ENDS}
    costs = ", ".join(f"{name} {1000 * s / turns:.2f}" for name, s in used.computed.items())
    full = asked.workers * MAX_LOAD * took / used.computed["web"]
    lines = [
        f"{asked.calls} live calls asked for, {live:.0f} seen, {asked.workers} web processes, ",
        f"{took:.0f} s, {turns / took:.0f} turns a second\n",
        *(f"  {name}: {_times(each)}\n" for name, each in seen.seconds.items()),
        f"  a minute: {', '.join(f'{minute.get(name, 0)} {name}' for name in _ENDS)}\n",
        f"  turned away: {away:.0f} % of the calls; broken: {counted['broken']}; {others}\n",
        *(
            f"  {what}: {', '.join(f'{name} {100 * s / took:.0f} %' for name, s in each.items())}\n"
            for what, each in (("computed", used.computed), ("waited", used.waited))
        ),
        f"  processor time of a turn in ms: {costs}\n",
        f"  with processors of their own web processes are full at {full * turns / took:.0f} ",
        f"turns a second, {full * live:.0f} calls\n",
        "  turns for each booked call, and how long they took:\n",
    ]
    for name, times in sorted(seen.turns.items(), key=lambda named: -len(named[1])):
        share = len(times) / max(1, counted["booked"])
        lines.append(f"    {share:.2f} {name}: {_times(times)}\n")
    print("".join(lines))  # noqa: T201  # the result


def _times(seconds: Sequence[float]) -> str:
    ordered = sorted(seconds)
    p50, p99 = (f"{1000 * ordered[int(len(ordered) * each)]:.0f} ms" for each in (0.5, 0.99))
    return f"{len(ordered)}, p50 {p50}, p99 {p99}, longest {1000 * ordered[-1]:.0f} ms"
