"""A call in the terminal: what is written when, with key presses in between."""

import asyncio
import io
import re
from dataclasses import dataclass, field

import pytest
from support.tiny_line import BASE, TOKEN, TinyLine

from voice.simulator.caller_id import CallerId
from voice.simulator.handset import Staff
from voice.simulator.player import Ended, Player
from voice.simulator.terminal import Terminal
from voice.simulator.transport import InProcess

ELEVEN = "one two three four five six seven eight nine ten eleven."
MENU = f"<Gather action='/next' timeout='6' numDigits='2'><Say>{ELEVEN}</Say></Gather>"


@dataclass
class Fingers:
    """Presses keys at given seconds of a clock that only waiting advances."""

    keys: list[tuple[float, str]]
    clock: float = 0.0
    ahead: list[str] = field(default_factory=list)

    async def key(self, seconds: float) -> str | None:
        """The next key, if it comes in time."""
        if self.keys and self.keys[0][0] <= self.clock + seconds:
            at, key = self.keys.pop(0)
            self.clock = max(self.clock, at)
            return key
        self.clock += seconds
        return None

    def waiting(self) -> str:
        """The number of keys typed ahead."""
        return self.ahead.pop(0) if self.ahead else ""


def call(
    documents: dict[str, str],
    fingers: Fingers,
    *,
    staff: Staff = Staff.BUSY,
    fast: bool = False,
    width: int = 80,
) -> tuple[str, Player, Ended]:
    """The final output, without the countdown lines."""
    out = io.StringIO()
    handset = Terminal(fingers, out, staff, fast=fast, width=width, clock=lambda: fingers.clock)
    player = Player(InProcess(TinyLine(documents), BASE, TOKEN), handset, CallerId("+14255550123"))
    ended = asyncio.run(player.call())
    handset.finish()
    return re.sub(r"[^\n]*\r\x1b\[2K", "", out.getvalue()), player, ended


def test_words_appear_as_they_are_spoken() -> None:
    """Words are printed one by one in real time."""
    fingers = Fingers([])
    seen, player, _ = call({"/voice/incoming": f"<Say>{ELEVEN} {ELEVEN}</Say>"}, fingers)
    assert seen == f"{ELEVEN}\n{ELEVEN}\n"
    assert fingers.clock == pytest.approx(player.seconds) == pytest.approx(8.0)


def test_a_long_sentence_is_broken_between_words() -> None:
    """Lines do not break within a word."""
    seen, _, _ = call(
        {"/voice/incoming": f"<Say>{ELEVEN} {ELEVEN[4:]}</Say>"}, Fingers([]), width=30
    )
    assert seen.splitlines() == [
        "one two three four five six ",
        "seven eight nine ten eleven.",
        "two three four five six seven ",
        "eight nine ten eleven.",
    ]


def test_a_key_cuts_the_words() -> None:
    """Words that were not spoken are not shown."""
    seen, player, _ = call(
        {"/voice/incoming": MENU, "/next": ""}, Fingers([(1.0, "1"), (2.0, "2")])
    )
    assert seen == "one two three —\n\n> 12\n\n"
    assert player.keys == "12"
    assert player.seconds == pytest.approx(2.0, abs=0.2)


def test_the_wait_runs_out() -> None:
    """A bar shows the seconds left, and then the silence is noted."""
    out = io.StringIO()
    fingers = Fingers([])
    handset = Terminal(fingers, out, clock=lambda: fingers.clock)
    player = Player(
        InProcess(TinyLine({"/voice/incoming": MENU}), BASE, TOKEN), handset, CallerId("+1")
    )
    asyncio.run(player.call())
    drawn = re.findall(r"(━+) (\d) s", out.getvalue())
    assert drawn[0] == ("━" * 20, "6")
    assert drawn[-1] == ("━", "1")
    assert out.getvalue().endswith("(6 s of silence)\n")
    assert player.seconds == pytest.approx(10.0)


def test_an_entry_is_one_line() -> None:
    """The keys of an entry are on one line while the line waits."""
    seen, _, _ = call({"/voice/incoming": MENU, "/next": ""}, Fingers([(5.0, "1"), (8.0, "2")]))
    assert seen == f"{ELEVEN}\n\n> 12\n\n"


def test_the_language_is_marked_when_it_changes() -> None:
    """A call starts in English."""
    spanish = "<Say language='es-US'>Hola.</Say>"
    documents = {"/voice/incoming": f"<Say>Hello.</Say>{spanish}{spanish}<Say>Bye.</Say>"}
    seen, _, _ = call(documents, Fingers([]))
    assert seen == "Hello.\n[español] Hola.\nHola.\n[English] Bye.\n"


def test_a_key_where_nothing_listens_is_told() -> None:
    """The lost key is noted, and the sentence continues."""
    seen, player, _ = call({"/voice/incoming": f"<Say>{ELEVEN}</Say>"}, Fingers([(1.0, "1")]))
    assert seen == (
        "one two three —\n\n> 1\n\n(1 was not heard: the line is not listening now)\n"
        "four five six seven eight nine ten eleven.\n"
    )
    assert player.seconds == pytest.approx(4.0)


def test_keys_typed_ahead_are_shown() -> None:
    """They go to the next prompt."""
    seen, player, _ = call({"/voice/incoming": MENU, "/next": ""}, Fingers([], ahead=["12"]))
    assert seen == "\n> 12\n\n"
    assert player.keys == "12"


def test_h_hangs_up() -> None:
    """A caller can hang up within a word."""
    seen, player, ended = call({"/voice/incoming": MENU}, Fingers([(1.0, "h")]))
    assert seen == "one two three —\n"
    assert ended is Ended.CALLER_HUNG_UP
    assert player.seconds == pytest.approx(1.0, abs=0.2)


def test_scenes_are_told() -> None:
    """Ringing, talking and sounds are noted in brackets."""
    dial = "<Dial timeout='20'>+14255550199</Dial>"
    documents = {"/voice/incoming": f"<Play>/a.wav</Play>{dial}<Say>Bye.</Say>"}
    seen, player, _ = call(documents, Fingers([]), staff=Staff.VOICEMAIL)
    assert seen == (
        "(a sound plays)\n(the clinic's phone is ringing)\n"
        "(you are talking with the clinic)\nBye.\n"
    )
    assert player.seconds > 50


def test_fast_speaks_in_no_time_and_waits_as_long_as_ever() -> None:
    """The times of the call itself stay the same."""
    fingers = Fingers([])
    _, player, _ = call({"/voice/incoming": MENU}, fingers, fast=True)
    assert fingers.clock == pytest.approx(6.0)
    assert player.seconds == pytest.approx(10.0)
