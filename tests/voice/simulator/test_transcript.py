"""A transcript is readable, and replaying it gives the same transcript."""

import asyncio
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.tiny_line import BASE, TOKEN, TimedHandset, TinyLine

from voice.simulator.handset import Handset, Staff
from voice.simulator.player import Player
from voice.simulator.transcript import (
    Heading,
    InvalidTranscriptError,
    Recording,
    read,
    without_codes,
)
from voice.simulator.transcript_replay import Replaying
from voice.simulator.transport import InProcess

STARTS = datetime(2026, 12, 1, 9, 0, tzinfo=ZoneInfo("America/Los_Angeles"))
HEADING = Heading("+14255550123", STARTS)
DOCUMENTS = {
    "/voice/incoming": (
        "<Gather action='/entry' numDigits='1' timeout='8' actionOnEmptyResult='true'>"
        "<Say>To book a video screening, press 1.<break time='500ms'/> For a person, press 0.</Say>"
        "<Say language='es-US'>Para español, oprima nueve.</Say></Gather>"
    ),
    "/entry": (
        "<Gather action='/talk' numDigits='10' timeout='10' actionOnEmptyResult='true'>"
        "<Say>Please key your number.</Say></Gather>"
    ),
    "/talk": (
        "<Pause length='2'/><Say>One moment please.</Say><Dial action='/more'>+14255550199</Dial>"
    ),
    "/more": (
        "<Play>/music.wav</Play>"
        "<Gather action='/end' timeout='6'><Say>Now press one key.</Say></Gather>"
    ),
    "/end": "<Say>Thank you, and goodbye.</Say><Hangup/>",
}


def written(handset: Handset) -> str:
    """The transcript of one call."""
    recording = Recording(handset)
    post = InProcess(TinyLine(DOCUMENTS), BASE, TOKEN)
    player = Player(post, recording, HEADING.caller_id())
    ended = asyncio.run(player.call())
    return recording.text(HEADING, ended)


def test_a_transcript_tells_a_call() -> None:
    """Words, language, keys, silence, staff and the end, each on its own line."""
    keys = [(9.5, "1"), (11.0, "4"), (11.5, "2"), (12.0, "5"), (12.5, "#"), (13.5, "7")]
    assert written(TimedHandset(keys, Staff.BUSY)) == (
        "caller: +14255550123\n"
        "starts: 2026-12-01 09:00 America/Los_Angeles\n"
        "\n"
        "LINE: To book a video screening, press 1.\n"
        "LINE: For a person, press 0.\n"
        "LINE (es): Para español, oprima nueve.\n"
        "CALLER presses 1\n"
        "LINE: Please key your number.\n"
        "CALLER presses 425#\n"
        "CALLER presses 7 (not heard)\n"
        "LINE: One moment please.\n"
        "STAFF: busy\n"
        "(plays /music.wav)\n"
        "LINE: Now press one key.\n"
        "(6 s of silence)\n"
        "The line had nothing more to say.\n"
    )


def test_what_a_key_cut_off_ends_in_a_dash() -> None:
    """The line has only the words that were spoken."""
    lines = written(TimedHandset([(1.5, "1"), (1.6, "h")])).splitlines()[3:]
    assert lines == [
        "LINE: To book a video —",
        "CALLER presses 1",
        "CALLER hangs up",
        "The caller hung up.",
    ]


@settings(deadline=None)  # time is measured elsewhere; a busy computer is no fault
@given(
    st.lists(st.tuples(st.floats(0.0, 60.0), st.sampled_from("0123456789*#")), max_size=14),
    st.lists(st.sampled_from(["", "", "", "3", "12"]), max_size=5),
    st.sampled_from(Staff),
    st.sampled_from([[], [(70.0, "h")]]),
)
@example(keys=[(0.0, "0")] * 11, ahead=["", "", "3"], staff=Staff.ANSWERS, end=[])
def test_a_call_placed_again_is_equal_to_the_letter(
    keys: list[tuple[float, str]], ahead: list[str], staff: Staff, end: list[tuple[float, str]]
) -> None:
    """Keys that were lost or pressed before a prompt are replayed too."""
    once = written(TimedHandset(sorted(keys) + end, staff, ahead))
    heading, lines = read(once)
    assert heading == HEADING
    assert written(Replaying(lines)) == once


def test_a_signed_call_says_so() -> None:
    """The attestation is part of the caller ID."""
    heading = Heading("+14255550123", HEADING.starts, "TN-Validation-Passed-A")
    again, _ = read("\n".join(heading.lines()) + "\nLINE: Hello.\n")
    assert again == heading
    assert again.caller_id().stir_verstat == "TN-Validation-Passed-A"


def test_a_line_that_speaks_otherwise_gets_the_same_keys() -> None:
    """Keys are pressed where the line waits, so that changed words can be compared."""
    told = "\n".join([*HEADING.lines(), *["LINE: A."] * 4, "CALLER presses 1"])
    assert "CALLER presses 1\nLINE: Please key your number.\n" in written(Replaying(read(told)[1]))


@pytest.mark.parametrize(
    "text",
    ["", "caller: +1\n\n", "caller: +1\nstarts: today\n\n", "starts: 2026-12-01 09:00 Mars\n\n"],
)
def test_a_transcript_without_a_heading_is_refused(text: str) -> None:
    """Caller and time determine what is heard."""
    with pytest.raises(InvalidTranscriptError, match="A transcript starts with"):
        read(text)


def test_a_line_that_is_no_line_is_named() -> None:
    """Otherwise a misspelled key would silently be ignored."""
    with pytest.raises(InvalidTranscriptError, match="'CALLER pushes 1' is not a transcript line"):
        read("\n".join([*HEADING.lines(), "CALLER pushes 1"]))


def test_spoken_visit_codes_are_blanked_and_numbers_are_not() -> None:
    """Each call has a new code, but phone numbers stay."""
    said = "Your code is 4 8 2. 9 1 3. Again, 4 8 2. 9 1 3. Call 4 2 5. 5 5 5. 0 1 2 3."
    blanked = "Your code is _ _ _. _ _ _. Again, _ _ _. _ _ _. Call 4 2 5. 5 5 5. 0 1 2 3."
    assert without_codes(said) == blanked
    lines = said.replace(". ", ".\nLINE (es): ")
    assert without_codes(lines) == blanked.replace(". ", ".\nLINE (es): ")
