"""Walks all calls: every key at every question, each place once, in simulated scenarios."""

import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from support.pure_call import CLINIC, GOOD_WORLD, VISIT, PureCall, Replays, opening

from voice.dialogue.effects import (
    Effect,
    FindOffers,
    Held,
    Hold,
    JustTaken,
    Offers,
    Placed,
    SeePlaced,
    SeeStaffPhone,
    StaffPhone,
    Unreadable,
)
from voice.dialogue.limit_results import KeyBack, OverLimit
from voice.dialogue.replay import PromptFacts
from voice.dialogue.turns import Connected, CoverSpeech, Ending, Goodbye, Listening, Ringing, Turn
from voice.dialogue.visit_effects import (
    CancelVisit,
    FindMoveTimes,
    FindVisits,
    FoundVisits,
    HoldForVisit,
    KeepVisit,
    MoveProgress,
    NoVisit,
    SeeMoved,
    SeeVisit,
    SendTextAgain,
    TextAgain,
    VisitChanged,
)
from voice.dialogue.waiting_effects import MayWait, SeeWhetherToWait

KEYS = ("", *"0123456789*#")
World = dict[type[Effect[Any]], Any]
Begin = tuple[tuple[str, str], ...]
"""Rows of a journal."""


def many_calls(effect: Hold) -> Held | KeyBack:
    """Hold a time for a caller who has keyed the spoken number, which is in `answers`."""
    return Held(1) if effect.keyed_back else KeyBack("10")


def worlds() -> Iterator[World]:
    """The normal scenario, and each scenario with one difference."""
    yield dict(GOOD_WORLD)
    yield {**GOOD_WORLD, SeeStaffPhone: StaffPhone("open")}
    yield {**GOOD_WORLD, SeeStaffPhone: StaffPhone("no phone")}
    yield {**GOOD_WORLD, FindOffers: Unreadable()}
    yield {**GOOD_WORLD, FindOffers: OverLimit()}
    yield {**GOOD_WORLD, FindOffers: Offers(())}
    yield {**GOOD_WORLD, SeeWhetherToWait: MayWait(yes=True)}
    yield {**GOOD_WORLD, FindOffers: Offers(()), SeeWhetherToWait: MayWait(yes=True)}
    yield {**GOOD_WORLD, Hold: JustTaken()}
    yield {**GOOD_WORLD, Hold: many_calls}
    for state in ("pending", "taken", "not booked"):
        yield {**GOOD_WORLD, SeePlaced: Placed(state)}
    yield {**GOOD_WORLD, SeePlaced: Placed("booked", opening(3, 15))}


def visit_worlds() -> Iterator[tuple[str, World]]:
    """Scenarios of a caller who has a visit: what differs, in words, and the scenario."""
    for state in ("begun", "pending", "moving", "cancelled"):
        found = FoundVisits((replace(VISIT, state=state),))
        yield state, {**GOOD_WORLD, FindVisits: found, SeeVisit: found}
    silent = FoundVisits((replace(VISIT, texts=False, moved_by_staff=True),))
    yield "no texts", {**GOOD_WORLD, FindVisits: silent, SeeVisit: silent}
    both = FoundVisits((VISIT, replace(VISIT, id=8, opening=opening(2, 10))))
    yield "several visits", {**GOOD_WORLD, FindVisits: both}
    yield "not booked any more", {**GOOD_WORLD, SeeVisit: NoVisit()}
    yield "calendar unreadable", {**GOOD_WORLD, FindMoveTimes: Unreadable()}
    yield "no time free", {**GOOD_WORLD, FindMoveTimes: Offers(())}
    yield "time taken", {**GOOD_WORLD, HoldForVisit: JustTaken()}
    yield "calendar slow", {**GOOD_WORLD, SeeMoved: MoveProgress("pending")}
    yield (
        "visit changed",
        {
            **GOOD_WORLD,
            KeepVisit: VisitChanged(),
            CancelVisit: VisitChanged(),
            HoldForVisit: VisitChanged(),
            SendTextAgain: TextAgain("too many"),
        },
    )


@dataclass(frozen=True)
class Stop:
    """One place of a walk: what is heard there, and how it was reached."""

    here: Turn | Ending
    keys: tuple[str, ...]
    journal: dict[str, str]
    came_from: str
    asking: int
    by: str


def place(here: Turn | Ending) -> str:
    """The step without its count, which names the place on the map."""
    match here:
        case Goodbye() | Connected():
            return f"end: {here.outcome}"
        case _:
            return re.sub(r"(-\d+|(?<=[a-z])(\.\d+)+(?=$|-))", "", here.step)


def answers(here: Turn) -> tuple[str, ...]:
    """The possible answers to a turn."""
    match here:
        case Ringing():
            return ("answered", "not answered")
        case CoverSpeech():
            return ("",)
        case Listening(max_digits=1):
            return KEYS
        case _:
            return (*KEYS, "4254440199", "10", "7#", "##", "12345", "482913")


def every_place(  # noqa: PLR0913  # each is one part of the scenario
    world: World,
    caller: str,
    without: str = "",
    begin: Begin = (),
    *,
    first_tries_only: bool = False,
    clinic: PromptFacts = CLINIC,
    replays: Replays | None = None,
) -> Iterator[Stop]:
    """Every place that can be reached, by the shortest way; a place is its step, try and words.

    ``without`` names keys that are left out, where another walk has pressed them; ``begin`` are
    rows of the journal to begin with. With ``first_tries_only`` nobody misses a key after them.
    Walks of several worlds of one clinic are quicker with the same ``replays``.
    """
    queue: deque[tuple[dict[str, str], tuple[str, ...], str, int, str]] = deque()
    queue.append(({"caller": caller, **dict(begin)}, (), "", 0, ""))
    seen: set[tuple[str, int, object]] = set()
    tries = Counter(name.partition("~")[0] for name, _ in begin)
    while queue:
        journal, keys, came_from, asking, by = queue.popleft()
        call = PureCall(dict(world), dict(journal), clinic=clinic, replays=replays)
        here = call.here
        yield Stop(here, keys, call.journal, came_from, asking, by)
        if not isinstance(here, Turn):
            continue
        known = (place(here), min(here.number, 3), here.spoken)
        if known in seen or (first_tries_only and here.number > tries.get(here.step, 0)):
            continue
        seen.add(known)
        for keyed in answers(here):
            if keyed and keyed in without:
                continue
            further = {**call.journal, f"{here.step}~{here.number}": keyed}
            queue.append((further, (*keys, keyed), place(here), here.number, keyed))
