"""What a run says at its end: how much was done, and which rules were broken."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from inspect import getmembers, isfunction

from prove import invariants, process_invariants, staff_invariants, text_invariants
from prove.evidence import Evidence
from prove.processes import Processes

_SIDES = {"before", "after"}
_SHOWN = 5
"""Violations of a rule that are shown; all are counted."""


def say(words: str) -> None:
    """One line to standard output."""
    print(words, flush=True)  # noqa: T201  # this is what it is for


def rules() -> dict[str, Callable[[Evidence], Iterator[str]]]:
    """All of them by name: each function of the modules is one."""
    return {
        name: rule
        for module in (invariants, staff_invariants, text_invariants, process_invariants)
        for name, rule in getmembers(module, isfunction)
        if rule.__module__ == module.__name__
    }


def violations(seen: Evidence) -> dict[str, list[str]]:
    """Every rule that was broken, with its violations."""
    return {name: lines for name, rule in rules().items() if (lines := list(rule(seen)))}


@dataclass(frozen=True, slots=True)
class Result:
    """What was done in a run and how many rules' violations were found."""

    calls: int
    kills: int
    at_a_point: int
    points: int
    violations: int

    def row(self, *first: object, last: float) -> str:
        """A row of the table of `long`."""
        numbers = (self.calls, self.kills, self.at_a_point, self.points, self.violations)
        return "| " + " | ".join(map(str, (*first, *numbers, round(last)))) + " |\n"


def report(seen: Evidence, processes: Processes, faults: Counter[str]) -> Result:
    """Say it."""
    broken = violations(seen)
    at_point = {why: n for why, n in processes.deaths.items() if why.split(" ")[0] in _SIDES}
    names = {why.split(" ", 1)[1] for why in at_point}
    booked = sum(1 for row in seen.bookings.values() if row["confirmed_at"])
    say(f"calls {len(seen.patients)}, answers {len(seen.exchanges)}, confirmed {booked}")
    say(
        f"kills {processes.deaths.total()}, at a point {sum(at_point.values())}"
        f" ({len(names)} of {len(processes.points())} points)"
    )
    say(f"faults {dict(faults)}")
    say(f"edits by staff {dict(Counter(edit.deed for edit in seen.edits))}")
    online = seen.online
    done = Counter("cancels" if each.start is None else "moves" for each in online.done)
    say(f"notifications of Google {dict(Counter(status for _, status in seen.notified))}")
    say(f"replies to texts {len(online.replies)}, pages {len(online.pages)}, there {dict(done)}")
    if processes.left:
        say(f"processes that ended by themselves {dict(processes.left)}")
    for rule, lines in broken.items():
        say(f"BROKEN {rule}: {len(lines)}")
        for line in lines[:_SHOWN]:
            say(f"    {line}")
    count = sum(map(len, broken.values()))
    say(f"violations {count}")
    return Result(
        len(seen.patients), processes.deaths.total(), sum(at_point.values()), len(names), count
    )
