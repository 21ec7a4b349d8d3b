"""Draws the call map from a walk: every place, and the keys that lead on.

``python tests/support/call_map.py`` writes it into docs/call-map.md; a test keeps it current.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from support.pure_call import CALLER, CLINIC, GOOD_WORLD, Replays
from support.team_calls import TEAM, after_safety, team_worlds
from support.walk import Begin, Stop, World, every_place, place, visit_worlds, worlds

from voice.dialogue.effects import Offers, Placed, StaffPhone, Unreadable
from voice.dialogue.limit_results import OverLimit
from voice.dialogue.replay import PromptFacts
from voice.dialogue.visit_effects import CheckVisitCode, CountVisits, TooManyTries, VisitCount
from voice.dialogue.waiting_effects import MayWait

PAGE = Path(__file__).parents[2] / "docs" / "call-map.md"
BEGIN, END = "<!-- call map: made by `make map` -->", "<!-- end of the call map -->"
START = "Greeting"
BOXES = {
    "greeting": START,
    "greeting.known": START,
    "summary": "Summary, six parts",
    "summary.next": "What next?",
    "person.ring": "The clinic's phone rings",
    "person.instead": "Call back, or go on?",
    "call_back.when": "Morning, or afternoon?",
    "number": "Key in a phone number",
    "number.optional": "Key in a phone number, or skip",
    "number.right": "Is the number right?",
    "times": "Three times",
    "times.therapist": "Which therapist?",
    "times.other_language": "Nobody speaks your language",
    "times.wish": "Which other times?",
    "times.all_heard": "Those are all",
    "key_back": "Key in the number that is spoken",
    "confirm": "Book this time?",
    "placing": "One moment",
    "booked": "You are booked, visit code",
    "flag.history.told": "See your doctor this week; it stays booked",
    "texts": "May we text you?",
    "texts.answer": "How the link comes",
    "waiting.earlier": "A text if an earlier time opens?",
    "waiting.none": "No time is open",
    "waiting.on": "You are on the waiting list",
    "waiting.any": "A text when a time opens?",
    "second": "Change your visit, or book for somebody else?",
    "second.unverified": "Change a visit, or book for somebody else?",
    "visit.code": "Key in the visit code",
    "visit.which": "Which visit?",
    "visit": "Your visit: keep, move, cancel, link?",
    "visit.begun": "Your visit has begun",
    "visit.gone": "Staff canceled your visit",
    "visit.join": "How to join",
    "visit.join.called": "How to join, without texts",
    "visit.times": "Three other times",
    "visit.wish": "Which other times for the visit?",
    "visit.all_heard": "Those are all, for the visit",
    "visit.confirm": "Move to this time?",
    "visit.moving": "One moment, moving",
    "visit.moved": "Your visit is moved",
    "visit.cancel": "Cancel the visit?",
}
ENDINGS = {"stopped": "Goodbye: the advice again", "call-back": "Goodbye: staff will call"}
WITHHELD = "number withheld"
ANNOUNCE_BACK = {"times.wish", "visit.wish", "visit.join", "visit.join.called"}
"""Where key 8 is announced."""
ANY = 6
"""From so many keys on, an arrow means "whatever is pressed"."""
FROM_THE_START = 2
"""Rows at most that a walk from the greeting begins with; 8 and 0 would lead others back."""
Edges = dict[tuple[str, str], dict[str, set[str]]]
"""From box to box: under which condition ("" always), by which keys."""


def box(where: str) -> str:
    """The box of the map for a place."""
    if where.startswith("advice"):
        return "Advice, and staff are told"
    if where.startswith("end: "):
        outcome = where.removeprefix("end: ")
        return next((said for kind, said in ENDINGS.items() if outcome.startswith(kind)), outcome)
    kind, _, name = where.partition(".")
    return BOXES.get(where, f"{kind.capitalize()}: {name.replace('_', ' ')}")


def condition(world: World) -> str:  # noqa: C901  # one line a case
    """What differs from the normal scenario; "" when nothing does."""
    brought = next((each for kind, each in world.items() if each != GOOD_WORLD[kind]), None)
    if callable(brought):
        return "many calls"
    match brought:
        case None:
            said = ""
        case StaffPhone(state=state):
            said = {"open": "clinic open"}.get(state, "no staff phone")
        case Unreadable():
            said = "calendar unreadable"
        case MayWait():
            said = "nothing open soon"
        case OverLimit():
            said = "over a limit"
        case Offers():
            said = "no time free"
        case Placed(state="booked"):
            said = "moved meanwhile"
        case Placed(state="pending"):
            said = "calendar slow"
        case Placed(state="not booked"):
            said = "not booked"
        case _:
            said = "time taken"
    return said


def edges() -> Edges:
    """From box to box, at the first attempt of each question.

    Keys that mean the same everywhere are drawn at the greeting only.
    """
    found: Edges = {}
    replays = defaultdict[int, Replays](dict)
    for world, caller, begin, why, clinic in _walks():
        without = "*79" if len(begin) <= FROM_THE_START else "0*789"
        for stop in every_place(
            world, caller, without, begin,
            first_tries_only=True, clinic=clinic, replays=replays[id(clinic)],
        ):  # fmt: skip
            if not stop.came_from or stop.asking:
                continue
            one, other = box(stop.came_from), box(place(stop.here))
            everywhere = stop.by == "0" and stop.came_from != "greeting"
            back = stop.by == "8" and stop.came_from not in ANNOUNCE_BACK
            if one == other or everywhere or back:
                continue
            by, key = found.setdefault((one, other), {}), _key(stop)
            if key not in by.get("", ()) or why != WITHHELD:
                by.setdefault(why, set()).add(key)
    return found


def _walks() -> Iterator[tuple[World, str, Begin, str, PromptFacts]]:
    """Scenario, caller, rows to begin with, the condition that all this is drawn under, clinic."""
    normal, *others = worlds()
    known, unverified = (("visits", "known"),), (("visits", "unverified"),)
    for world in (normal, *others):
        yield world, CALLER, (), condition(world), CLINIC
        yield world, "", (), WITHHELD, CLINIC
    yield normal, CALLER, known, "known caller", CLINIC
    yield normal, CALLER, unverified, "number has a visit", CLINIC
    full = {**normal, CountVisits: VisitCount("full")}
    yield full, CALLER, after_safety("known"), "as many as may be", CLINIC
    yield full, CALLER, after_safety("unverified"), "as many as may be", CLINIC
    for case, world in visit_worlds():
        yield world, CALLER, (*known, ("greeting.known~0", "2")), case, CLINIC
    yield {**normal, CheckVisitCode: TooManyTries()}, CALLER, (), "wrong codes", CLINIC
    for case, world in team_worlds():
        why = case if case == "nobody speaks it" else "two therapists"
        yield world, CALLER, after_safety("none"), why, TEAM


def _key(stop: Stop) -> str:
    return stop.by if len(stop.by) == 1 else "digits" if stop.by.isdigit() else stop.by or "no key"


def _labels(by: dict[str, set[str]]) -> Iterator[str]:
    """The labels of an arrow: keys that always apply, then those of each condition."""
    always = by.get("", set())
    if always:
        yield _keys(always)
    why: dict[str, list[str]] = {}
    for said, keys in by.items():
        if said and (further := keys - always):
            why.setdefault(_keys(further), []).append(said)
    for pressed, cases in sorted(why.items()):
        yield f"{pressed} ({' or '.join(sorted(cases))})".strip()


def _keys(keys: set[str]) -> str:
    """The keys of an arrow; empty where any key leads on."""
    return "" if len(keys) >= ANY or keys == {"no key"} else " ".join(sorted(keys))


def mermaid() -> str:
    """The map as a Mermaid flowchart, from the greeting on."""
    found = edges()
    boxes = _in_order(found)
    names = {where: f"b{number}" for number, where in enumerate(boxes)}
    lines = ["```mermaid", "flowchart TD"]
    for where in boxes:
        inner = where != START and any(one == where for one, _ in found)
        lines.append(f"    {names[where]}" + (f'["{where}"]' if inner else f'(["{where}"])'))
    for (one, other), by in sorted(found.items(), key=lambda e: [boxes.index(w) for w in e[0]]):
        label = "<br>".join(filter(None, _labels(by)))
        lines.append(f"    {names[one]} -->" + (f'|"{label}"| ' if label else " ") + names[other])
    return "\n".join([*lines, "```"])


def _in_order(found: Edges) -> list[str]:
    """Every box, ordered by its distance from the greeting."""
    ordered = [START]
    for where in ordered:
        ordered += [other for one, other in found if one == where and other not in ordered]
    return ordered


def written() -> str:
    """The page with the current map."""
    text = PAGE.read_text("utf-8")
    part = f"{BEGIN}\n{mermaid()}\n{END}"
    return re.sub(f"{re.escape(BEGIN)}.*{re.escape(END)}", lambda _: part, text, flags=re.DOTALL)


if __name__ == "__main__":
    PAGE.write_text(written(), "utf-8")
