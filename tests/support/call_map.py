"""Draws the map of a call from a walk of it: every place, and the keys that lead on.

``python tests/support/call_map.py`` writes it into the README; a test keeps it current.
"""

import re
from pathlib import Path

from support.pure_call import CALLER
from support.walk import Stop, every_place, place, worlds

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- call map: made by `make map` -->", "<!-- end of the call map -->"
ROOMS = {
    "greeting": "Greeting",
    "summary": "Summary, six parts",
    "summary.next": "Book, or goodbye?",
    "person.ring": "The clinic's phone rings",
    "person.instead": "Call back, or go on?",
    "number": "Key in a phone number",
    "number.right": "Is the number right?",
    "times": "Three times",
    "times.wish": "Which other times?",
    "times.all_heard": "Those are all",
    "confirm": "Book this time?",
    "placing": "One moment",
    "booked": "You are booked, visit code",
    "texts": "May we text you?",
    "texts.answer": "How the link comes",
}
ENDINGS = {"stopped": "Goodbye: the advice again", "call-back": "Goodbye: staff will call"}


def room(where: str) -> str:
    """The room of the map that a place is in."""
    if where.startswith("advice"):
        return "Advice, and staff are told"
    if where.startswith("end: "):
        outcome = where.removeprefix("end: ")
        return next((said for kind, said in ENDINGS.items() if outcome.startswith(kind)), outcome)
    kind, _, name = where.partition(".")
    return ROOMS.get(where, f"{kind.capitalize()}: {name}")


def edges() -> dict[tuple[str, str], set[str]]:
    """From room to room, by which keys, when a question is first asked.

    Keys that mean the same everywhere are drawn at the front door only.
    """
    found: dict[tuple[str, str], set[str]] = {}
    for world in worlds():
        for caller in (CALLER, ""):
            for stop in every_place(world, caller, without="*79", first_tries_only=True):
                one, other = room(stop.came_from), room(place(stop.here))
                everywhere = stop.by == "0" and stop.came_from != "greeting"
                back = stop.by == "8" and stop.came_from != "times.wish"
                if stop.came_from and one != other and not (stop.asking or everywhere or back):
                    found.setdefault((one, other), set()).add(_label(stop))
    return found


def _label(stop: Stop) -> str:
    return stop.by if len(stop.by) == 1 else "digits" if stop.by.isdigit() else stop.by or "wait"


def mermaid() -> str:
    """The map as a Mermaid flowchart."""
    found = edges()
    rooms = sorted({where for edge in found for where in edge})
    names = {where: f"r{number}" for number, where in enumerate(rooms)}
    lines = ["```mermaid", "flowchart TD"]
    for where in rooms:
        leads_on = any(one == where for one, _ in found)
        lines.append(f"    {names[where]}" + (f'["{where}"]' if leads_on else f'(["{where}"])'))
    for (one, other), keys in sorted(found.items()):
        shown = "any key" if len(keys) > 5 else " ".join(sorted(keys))
        lines.append(f'    {names[one]} -->|"{shown}"| {names[other]}')
    return "\n".join([*lines, "```"])


def written() -> str:
    """The README with the map as it is now."""
    text = README.read_text("utf-8")
    part = f"{BEGIN}\n{mermaid()}\n{END}"
    return re.sub(f"{re.escape(BEGIN)}.*{re.escape(END)}", lambda _: part, text, flags=re.DOTALL)


if __name__ == "__main__":
    README.write_text(written(), "utf-8")
