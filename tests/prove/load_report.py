"""What a load run measures, and what it prints of it."""

import argparse
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from voice.calls.admission import MAX_LOAD


@dataclass
class Measured:
    """What the callers saw while it was measured."""

    turn: str = ""
    """What a turn is called now; "" while nothing is measured."""
    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """Seconds until the answer, by the turn's name."""
    said: Counter[str] = field(default_factory=Counter[str])
    ended: Counter[str] = field(default_factory=Counter[str])


def report(asked: argparse.Namespace, seen: Measured, took: float, used: dict[str, float]) -> None:
    """Print it; `used` are seconds of processor by process, `took` those that were measured."""
    lines = [f"{asked.calls} live calls, {asked.workers} web processes, {took:.0f} s"]
    for name, times in sorted(seen.times.items()):
        ordered = sorted(times)
        p50, p99 = (1000 * ordered[int(len(ordered) * each)] for each in (0.5, 0.99))
        lines.append(
            f"  {name}: {len(times)}, p50 {p50:.0f} ms, p99 {p99:.0f} ms,"
            f" longest {1000 * ordered[-1]:.0f} ms"
        )
    booked = seen.ended["booked"] * 60 / took
    lines += [f"  answers: {dict(seen.said)}", f"  calls ended: {dict(seen.ended)}"]
    lines += [f"  booked: {booked:.0f} a minute"]
    turns = sum(map(len, seen.times.values()))
    cores = ", ".join(f"{name} {seconds / took:.2f}" for name, seconds in used.items())
    lines += [f"  turns: {turns / took:.0f} a second; cores: {cores}"]
    if turns:
        costs = ", ".join(f"{name} {1000 * each / turns:.2f}" for name, each in used.items())
        full = asked.workers * MAX_LOAD * turns / used["web"]
        calls = "" if seen.said["line full"] else f", {full / turns * took * asked.calls:.0f} calls"
        lines += [
            f"  processor time of a turn in ms: {costs}",
            f"  with processors of their own they are full at {full:.0f} turns a second{calls}",
        ]
    print("\n".join(lines))  # noqa: T201  # the result
