"""Searches for a key sequence that is offered a time without passing every safety question.

The rule: a time is offered only when the last key of every stop question is 2, and neither 1 nor
3 was ever pressed at one. The search presses every key at every turn, to a depth, in the pure core.
It goes on from each situation once: strings that lead to the same one have the same future.
``make prove-paths DEPTH=9`` searches deeper, and exits with 1 if a string breaks the rule.
"""

import sys
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from support.pure_call import CALLER, GOOD_WORLD, PureCall

from voice.dialogue.effects import FindOffers, SeeStaffPhone, StaffPhone
from voice.dialogue.turns import CoverSpeech, Listening, Ringing, Turn
from voice.flows.clinical_wording import BEFORE_BOOKING, Stop

STOPS = tuple(f"safety.{each.name}" for each in BEFORE_BOOKING if isinstance(each.then, Stop))
KEYS = ("", *"12346789*#0")
"""Silence and eleven keys; 5 is offered nowhere, so it is as wrong as 6."""
SAFE = ("2",) * len(STOPS)
Pressed = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Seed:
    """Where a search begins: the keys so far, the caller's number, the clinic's phone."""

    keys: tuple[str, ...] = ()
    caller: str = CALLER
    phone: Literal["open", "closed"] = "closed"


SEEDS = (
    Seed(),
    Seed(caller=""),
    Seed(("9", "1", *SAFE[:3]), phone="open"),
    Seed(("1", *SAFE[:5])),
    Seed(("1", *SAFE[:4], "8", "8", "8")),
    Seed(("1", *SAFE[:3], "0", "2")),
    Seed(("1", *SAFE[:3], "9", "8", "7")),
    Seed(("1", *SAFE, "#")),
    Seed(("1", *SAFE, "8", "8"), caller=""),
    Seed(("", "", "1", *SAFE[:4])),
)
"""The start, withheld, Spanish, mid-way, back by 8, a person and back, the times, the summary."""


@dataclass(frozen=True)
class Found:
    """A key sequence that was followed: its keys, their steps, whether a time was offered."""

    keys: tuple[str, ...]
    pressed: Pressed
    offered: bool

    @property
    def broken(self) -> str:
        """How the rule is broken; "" if it is not."""
        return unsafe(self.pressed) if self.offered else ""


def unsafe(pressed: Pressed) -> str:
    """Why no time may be offered after these keys; "" if one may."""
    last = dict(pressed)
    left = [f"{step} was left with {last.get(step)!r}" for step in STOPS if last.get(step) != "2"]
    signs = [f"{key} at {step}" for step, key in pressed if step in STOPS and key in {"1", "3"}]
    return "; ".join(left + signs)


def search(seed: Seed, depth: int) -> Iterator[Found]:
    """Every situation that ``depth`` more keys can lead to, by the shortest sequence."""
    world = {**GOOD_WORLD, SeeStaffPhone: StaffPhone(seed.phone)}
    begin, pressed = PureCall(world, {"caller": seed.caller}), list[tuple[str, str]]()
    for key in seed.keys:
        pressed.append((_base(begin), key))
        begin.keys(key)
    waiting = deque([(begin, seed.keys, tuple(pressed), depth)])
    seen = set[object]()
    while waiting:
        call, keys, so_far, left = waiting.popleft()
        here = call.here
        yield Found(keys, so_far, any(isinstance(each, FindOffers) for each in call.effects))
        known = situation(call, so_far)
        if not isinstance(here, Turn) or not left or known in seen:
            continue
        seen.add(known)
        for key in choices(here):
            further = PureCall(world, dict(call.journal), list(call.effects)).keys(key)
            waiting.append((further, (*keys, key), (*so_far, (_base(call), key)), left - 1))


def situation(call: PureCall, pressed: Pressed) -> object:
    """What decides the rest of a call: the step, the answers that count, failed attempts.

    Language, speed, triage answers, and how often something was taken back lead nowhere else.
    """
    here = call.here
    if not isinstance(here, Turn):
        return here
    rows = [
        (name.partition("~")[0], value)
        for name, value in call.journal.items()
        if "~" in name and ":" not in name
    ]
    now = [value for step, value in rows if step == here.step]
    misses = sum(value in {"", *"46"} or (value in "13#8" and value != "") for value in now)
    newest = {step.partition("-")[0]: value for step, value in rows if value not in {"", "*"}}
    answers = frozenset((step, newest.get(step, "")) for step in STOPS)
    way = frozenset(step for step in newest if step.startswith(("greeting", "summary", "number")))
    bad = any(step in STOPS and key in {"1", "3"} for step, key in pressed)
    tries = len(now) if _base(call) in STOPS else 0
    place = (_base(call), misses, tries)
    return (place, answers, way, bad, any(value for _, value in rows))


def choices(here: Turn) -> tuple[str, ...]:
    """The possible answers to a turn."""
    match here:
        case Ringing():
            return ("answered", "not answered")
        case CoverSpeech():
            return ("",)
        case Listening(max_digits=1):
            return KEYS
        case _:
            return (*KEYS, "4254440199", "10")


def prove(depth: int, seeds: Sequence[Seed] = SEEDS) -> tuple[int, list[Found]]:
    """The number of sequences followed from all seeds, and those that break the rule."""
    found = [each for seed in seeds for each in search(seed, depth)]
    return len(found), [each for each in found if each.broken]


def _base(call: PureCall) -> str:
    return getattr(call.here, "step", "end").partition("-")[0]


if __name__ == "__main__":
    number, wrong = prove(int(sys.argv[1]) if sys.argv[1:] else 7)
    print(f"{number} strings followed, {len(wrong)} break the rule")  # noqa: T201
    for each in wrong[:20]:
        print(" ".join(key or "-" for key in each.keys), "|", each.broken)  # noqa: T201
    sys.exit(bool(wrong))
