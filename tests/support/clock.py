"""How long a call takes: walks the TwiML that is served, at 165 words a minute.

``python tests/support/clock.py`` prints the table and writes it to docs/clock.md; a test keeps the
page current. The callers:

- A decided caller presses as soon as the sentence that offers the wanted key was spoken; a menu
  that was heard before, if in its long form, is known, so there the key comes as soon as the line
  takes one.
- One who hears everything presses after the last word, and stays on the line for the summary.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from support.pure_call import CALLER, GOOD_WORLD, PHONES, PureCall
from support.team_calls import TEAM, offered

from voice.dialogue import twiml
from voice.dialogue.effects import FindOffers
from voice.dialogue.turns import CoverSpeech, Listening, Turn
from voice.simulator.handset import Segment
from voice.simulator.key_script import KEY_SECONDS
from voice.simulator.twiml_document import Gather, Playback, parse

PAGE = Path(__file__).parents[2] / "docs" / "clock.md"
BEGIN, END = "<!-- times: made by `make clock` -->", "<!-- end of the times -->"
WORKER_SECONDS = 1.5
"""How long the calendar takes to have the event, after the cover speech."""
STAY = ""
DONE = {"booked.1", "visit.moved.1", "end"}
OFFER = re.compile(r", (?:press |oprima )?\d\.$")
"""A sentence that offers a choice."""
LONG_FORM = re.compile(r"\b(press|oprima|si|es|son) ", re.IGNORECASE)
"""What the short form of a menu leaves out: "Si todas son no, oprima 2." is "Todas no, 2."."""
SAFE, TRIAGE, BOOK = ["2"] * 6, ["1", "3", "1", "2", "1", "7"], ["1", "1"]


@dataclass(frozen=True)
class Way:
    """A kind of caller: name, keys in order ("" is silence), and the time limit in seconds."""

    who: str
    keys: Sequence[str]
    at_most: float
    hears_all: bool = False
    until: str = "booked"
    """What the table says of the end."""
    visits: str = "none"
    """What is stored of the caller's visits: "known" for one whom the carrier vouches for."""
    team: bool = False
    """Whether there are two therapists."""


WAYS = (
    Way("Decided caller, triage answered", ["1", *SAFE, *TRIAGE, *BOOK], 120),
    Way("Decided caller, triage skipped", ["1", *SAFE, "#", *BOOK], 95),
    Way(
        "Hears everything, the whole article too",
        [*[STAY] * 7, "1", *SAFE, *TRIAGE, *BOOK],
        330,
        hears_all=True,
    ),
    Way("Two therapists, triage skipped", ["1", *SAFE, "#", *BOOK], 100, team=True),
    Way(
        "Two therapists, one chosen, triage skipped",
        ["1", *SAFE, "#", "5", "2", *BOOK],
        130,
        team=True,
    ),
    Way("Known patient", ["2", "1"], 30, until="visit kept", visits="known"),
    Way("Known patient", ["2", "2", "1", "1"], 60, until="visit moved", visits="known"),
    Way("Known patient", ["2", "3", "1"], 45, until="visit canceled", visits="known"),
)


class Stopwatch:
    """Times one caller, turn by turn."""

    def __init__(self, *, hears_all: bool) -> None:
        self._hears_all = hears_all
        self._known: set[str] = set()

    def turn(self, here: Turn, keyed: str) -> float:
        """Seconds of a turn until the key was pressed, or the wait ended."""
        document = parse(twiml.document(here, PHONES).encode())
        before = sum(
            segment.seconds
            for verb in document
            if isinstance(verb, Playback)
            for segment in verb.segments
        )
        if isinstance(here, CoverSpeech):
            return before + WORKER_SECONDS
        [gather] = [verb for verb in document if isinstance(verb, Gather)]
        whole = sum(segment.seconds for segment in gather.prompt)
        if not keyed:
            return before + whole + gather.timeout
        typing = KEY_SECONDS * (len(keyed) - 1)
        unfinished = gather.timeout if (gather.num_digits or 99) > len(keyed) else 0
        spoken = whole if self._hears_all else self._until_offered(gather.prompt, keyed)
        return before + spoken + typing + unfinished

    def _until_offered(self, prompt: Sequence[Segment], keyed: str) -> float:
        """Seconds of a prompt until the wanted key was offered, or until a known menu begins."""
        key = {"#": "(pound|la tecla numeral)"}.get(keyed, keyed)
        menu = {
            LONG_FORM.sub("", segment.words).lower()
            for segment in prompt
            if OFFER.search(segment.words)
        }
        known = bool(menu) and menu <= self._known
        self._known |= menu
        seconds = 0.0
        for segment in prompt:
            if known and OFFER.search(segment.words):
                return seconds
            seconds += segment.seconds
            if re.search(rf"(press|oprima|,) {key}\.$", segment.words):
                return seconds
        return seconds


def timed(way: Way, language: str = "en") -> float:
    """Seconds from the first word until the caller hears that it is done."""
    call, seconds, keys = called_in(language, way), 0.0, list(way.keys)
    watch = Stopwatch(hears_all=way.hears_all)
    while keys or isinstance(call.here, CoverSpeech):
        here = call.here
        assert isinstance(here, Turn), (way.who, here)
        keyed = keys.pop(0) if isinstance(here, Listening) else ""
        seconds += watch.turn(here, keyed)
        call.keys(keyed)
    assert getattr(call.here, "step", "end") in DONE, call.here
    return seconds


def first_choice(language: str = "en") -> float:
    """Seconds until the key that books was offered in the greeting."""
    call = called_in(language, WAYS[0])
    assert isinstance(call.here, Turn)
    return Stopwatch(hears_all=False).turn(call.here, "1")


def called_in(language: str, way: Way) -> PureCall:
    """A call that has just begun; changing the language does not count."""
    journal = {"caller": CALLER, "visits": way.visits}
    if language == "es":
        journal["greeting.known~0" if way.visits == "known" else "greeting~0"] = "9"
    if way.team:
        return PureCall({**GOOD_WORLD, FindOffers: offered}, journal, clinic=TEAM)
    return PureCall(journal=journal)


def table() -> str:
    """The times as Markdown, in seconds."""
    rows = [("The key that books is offered", first_choice, 10.0)]
    lines = ["| Until | English | Spanish | At most |", "| --- | --- | --- | --- |"]
    lines += [f"| {what} | {of():.1f} | {of('es'):.1f} | {most:.0f} |" for what, of, most in rows]
    for way in WAYS:
        took = f"{timed(way):.0f} | {timed(way, 'es'):.0f}"
        lines.append(f"| {way.who}: {way.until} | {took} | {way.at_most:.0f} |")
    return "\n".join(lines)


def written() -> str:
    """The page with the current times."""
    part = f"{BEGIN}\n{table()}\n{END}"
    text = PAGE.read_text("utf-8")
    return re.sub(f"{re.escape(BEGIN)}.*{re.escape(END)}", lambda _: part, text, flags=re.DOTALL)


if __name__ == "__main__":
    PAGE.write_text(written(), "utf-8")
    print(table())  # noqa: T201  # for whoever runs it
