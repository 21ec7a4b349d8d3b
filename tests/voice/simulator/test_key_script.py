"""Key scripts define when each key is pressed."""

import asyncio
from collections import deque

import pytest
from support.tiny_line import BASE, TOKEN, TinyLine

from voice.simulator.caller_id import CallerId
from voice.simulator.handset import Staff
from voice.simulator.key_script import InvalidKeysError, Scripted, keys_of_call, read_keys
from voice.simulator.player import Ended, Player
from voice.simulator.transport import InProcess

# Each prompt has three sentences of two seconds (5.5 words), and waits six seconds.
SENTENCE = "one two three four five six."
PROMPT = f"<Say>{SENTENCE} {SENTENCE} {SENTENCE}</Say>"
GATHER = "<Gather action='/next' timeout='6' numDigits='{}' actionOnEmptyResult='true'>{}</Gather>"
SPOKEN = 6 / 165 * 60


def placed(
    keys: str, *, digits: int = 1, staff: Staff = Staff.NO_ANSWER
) -> tuple[TinyLine, Player]:
    """A call with these keys to a line with two prompts."""
    line = TinyLine(
        {
            "/voice/incoming": GATHER.format(digits, PROMPT),
            "/next": GATHER.format(1, PROMPT).replace("/next", "/end"),
            "/end": "<Dial action='/over'>+14255550199</Dial>",
            "/over": "",
        }
    )
    handset = Scripted(deque(read_keys(keys)), staff)
    player = Player(InProcess(line, BASE, TOKEN), handset, CallerId("+14255550123"))
    ended = asyncio.run(player.call())
    assert ended in {Ended.NOTHING_LEFT, Ended.CALLER_HUNG_UP}
    return line, player


def test_a_key_is_pressed_after_the_first_sentence() -> None:
    """A caller who knows the line presses a key after the first sentence."""
    line, player = placed("1 2 h", staff=Staff.FAILED)
    assert line.fields("/next")["Digits"] == "1"
    assert line.fields("/end")["Digits"] == "2"
    assert player.seconds == pytest.approx(2 * SPOKEN + 1)


def test_a_dot_hears_all_before_the_next_key() -> None:
    """The key comes as soon as the line waits."""
    _, player = placed(". 1 . 2", staff=Staff.FAILED)
    assert player.seconds == pytest.approx(6 * SPOKEN + 1)


def test_a_dash_lets_the_line_wait_once() -> None:
    """The next key is for the next prompt."""
    line, _ = placed("- 2")
    assert (line.fields("/next")["Digits"], line.fields("/end")["Digits"]) == ("", "2")


def test_a_run_of_keys_is_one_entry() -> None:
    """The digits are pressed one after the other while the line waits."""
    line, player = placed("425# h", digits=10)
    assert line.fields("/next")["Digits"] == "425"
    assert player.seconds == pytest.approx(SPOKEN + 3 * 0.3 + SPOKEN)


def test_an_entry_that_is_too_short_waits_for_its_end() -> None:
    """The next token is for the next prompt."""
    line, player = placed("42 . 3 h", digits=10)
    assert line.fields("/next")["Digits"] == "42"
    assert line.fields("/end")["Digits"] == "3"
    assert player.seconds == pytest.approx(SPOKEN + 0.3 + 6 + 3 * SPOKEN + 30)


def test_a_key_too_many_lands_in_the_next_prompt() -> None:
    """If the last digit ended the entry, the # goes to the next prompt."""
    line, _ = placed("425#", digits=3)
    assert line.fields("/next")["Digits"] == "425"
    assert line.fields("/end")["Digits"] == ""


def test_when_the_keys_run_out_the_caller_stays_silent() -> None:
    """The line decides how the call ends."""
    line, _ = placed("")
    assert (line.fields("/next")["Digits"], line.fields("/end")["Digits"]) == ("", "")


def test_h_hangs_up() -> None:
    """As a key would be pressed: after the first sentence, or after a dot at the end."""
    assert placed("h")[1].seconds == pytest.approx(SPOKEN)
    assert placed(". h")[1].seconds == pytest.approx(3 * SPOKEN)


@pytest.mark.parametrize("token", ["x", "1x", "--", "12.", "hh"])
def test_a_wrong_token_is_named(token: str) -> None:
    """The error names the token and says what is allowed."""
    with pytest.raises(InvalidKeysError) as refused:
        read_keys(f"1 {token} 2")
    assert str(refused.value) == (
        f"'{token}' in the keys is not understood; write keys (1, *, 4255550123#), - for silence,"
        " . to hear all before the next key, h to hang up."
    )


@pytest.mark.parametrize(
    ("lines", "keys"),
    [
        (["LINE: One. —", "CALLER presses 1"], "1"),
        (["LINE: One.", "CALLER presses 1"], "1"),
        (["LINE: One.", "LINE: Two.", "CALLER presses 1"], ". 1"),
        (["LINE: One.", "LINE: Two, —", "CALLER presses 1"], "1"),
        (["LINE: One.", "(8 s of silence)", "LINE: Again.", "CALLER presses 2"], "- 2"),
        (["LINE: One.", "CALLER presses 425#", "LINE: Two.", "CALLER hangs up"], "425# h"),
        (["LINE: One.", "CALLER presses 12", "(10 s of silence)"], "12"),
        (["LINE: One.", "CALLER presses 7 (not heard)", "LINE: Two.", "CALLER presses 1"], ". 1"),
        (["CALLER presses 1 too early", "LINE: One."], "1"),
    ],
)
def test_the_keys_of_a_call(lines: list[str], keys: str) -> None:
    """The script has dots, dashes for silence, and h at the end, but no lost keys."""
    assert keys_of_call(lines) == keys
