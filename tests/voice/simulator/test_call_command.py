"""A call placed from the command line with a key script, and its outcome."""

import asyncio
import os
import pty
import re

import pytest

from calendar_sync.bookings import call_backs
from calendar_sync.bookings.booking import bookings_of_call
from calendar_sync.bookings.call_back_reasons import Reason
from voice.app import create_app
from voice.bootstrap import Line
from voice.logs import write_logs
from voice.simulator.call_command import (
    CallFlags,
    CallOptions,
    CallRefusedError,
    call_by_hand,
    call_options,
    play_script,
)
from voice.simulator.caller_id import VOUCHED, WITHHELD
from voice.simulator.connect import ConnectedLine
from voice.simulator.handset import Staff
from voice.simulator.key_script import read_keys
from voice.simulator.page import sample_patient
from voice.simulator.transport import InProcess

TO_THE_TIMES = "1 2 2 2 2 2 2 #"


@pytest.fixture
def connected(line: Line) -> ConnectedLine:
    """The test line, as a terminal connects to it, with a terminal's logs."""
    write_logs("plain")
    app, settings = create_app(line), line.settings
    post = InProcess(app, settings.public_base_url, settings.tokens[0])
    return ConnectedLine(post, settings, line.pool)


async def placed(connected: ConnectedLine, keys: str) -> None:
    options = CallOptions("+14255550123", None, Staff.NO_ANSWER)
    await play_script(connected, options, read_keys(keys))


async def test_the_transcript_is_printed_and_the_booking_shown(
    connected: ConnectedLine, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only the transcript goes to standard output, so that it can be saved."""
    await placed(connected, f"{TO_THE_TIMES} . 2 . 1 - h")
    printed = capsys.readouterr()
    assert printed.out.startswith("caller: +14255550123\nstarts: ")
    assert "LINE: You are booked.\n" in printed.out
    assert printed.out.endswith("CALLER hangs up\nThe caller hung up.\n")
    async with connected.pool.connection() as conn:
        rows = await conn.execute("SELECT sid FROM call")
        [sid] = await rows.fetchone() or [""]
        [booking] = await bookings_of_call(conn, sid)
    said = printed.err.strip().splitlines()
    when = "Tuesday, December 1st, at 9 AM"
    assert said[1:-1] == [
        "A call came in from ··0123.",
        f"Held {when} for this caller; nobody else can book it.",
        f"Booked {when} in the clinic's calendar.",
        "The call from ··0123 ended.",
    ]
    assert said[-1] == f"Visit code {booking.visit_code}; no texts."


async def test_a_call_that_books_nothing_says_so(
    connected: ConnectedLine, capsys: pytest.CaptureFixture[str]
) -> None:
    """A time that was only held is not booked."""
    await placed(connected, f"{TO_THE_TIMES} . 2 h")
    said = capsys.readouterr().err.strip().splitlines()
    assert re.fullmatch(r"The caller hung up, after \d min \d+ s and \d+ keys\.", said[0])
    assert said[-1] == "Nothing was booked."


async def test_a_call_that_joined_the_waiting_list_did_something(connected: ConnectedLine) -> None:
    """It booked nothing, and that is not all there is to say."""
    async with connected.pool.connection() as conn:
        await conn.execute("INSERT INTO call (sid, outcome) VALUES ('CA7', 'waiting for a time')")
    told = ["The caller is on the waiting list: a text comes when a time opens."]
    assert await connected.outcome("CA7") == told


async def test_a_quiet_call_tells_only_what_came_of_it(
    connected: ConnectedLine, capsys: pytest.CaptureFixture[str]
) -> None:
    """Other activity on the line is left out."""
    options = CallOptions("+14255550123", None, Staff.NO_ANSWER, quiet=True)
    await play_script(connected, options, read_keys("1 h"))
    said = capsys.readouterr().err.strip().splitlines()
    assert len(said) == 2
    assert said[-1] == "Nothing was booked."


async def test_a_quiet_call_tells_what_was_booked_too(
    connected: ConnectedLine, capsys: pytest.CaptureFixture[str]
) -> None:
    """The booked time stands with the code where nothing else shows it."""
    options = CallOptions("+14255550123", None, Staff.NO_ANSWER, quiet=True)
    await play_script(connected, options, read_keys(f"{TO_THE_TIMES} . 2 . 1 - h"))
    said = capsys.readouterr().err.strip().splitlines()
    assert re.fullmatch(
        r"Booked: Tuesday, December 1st, at 9 AM, Pacific time; visit code \d{6}; no texts\.",
        said[-1],
    )


async def test_a_call_back_request_of_the_call_is_shown(
    connected: ConnectedLine, capsys: pytest.CaptureFixture[str]
) -> None:
    """Call-backs of other calls are left out."""
    async with connected.pool.connection() as conn:
        caller = call_backs.Caller("CA" + "f" * 32, None, "en")
        await call_backs.request(conn, caller, Reason.OTHER, "another call")
    await placed(connected, "0 . 1 h")
    said = capsys.readouterr().err
    assert said.count("Asked staff to call ··0123 back") == 1
    assert "Nothing was booked" not in said
    assert "another call" not in said


async def test_a_person_types_the_keys(
    connected: ConnectedLine, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The output has what was said until each key, the end of the call, and its outcome."""
    hands, screen = pty.openpty()
    with os.fdopen(hands, "wb", buffering=0) as typing, os.fdopen(screen) as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        asyncio.get_running_loop().call_later(0.5, typing.write, b"1h")
        await call_by_hand(connected, CallOptions("+14255550123", None, Staff.NO_ANSWER, fast=True))
    seen = capsys.readouterr().out
    assert seen.startswith("Calling BodyFix Physical Therapy from +14255550123. Type 0-9 * #;")
    assert "> 1\n" in seen
    assert "The caller hung up, after 0 min" in seen
    assert "and 1 key.\n" in seen
    assert seen.endswith("\nNothing was booked.\n")


def test_a_script_needs_no_terminal() -> None:
    """The caller has a number unless it is withheld."""
    options = call_options(None, "1", Staff.BUSY, CallFlags())
    assert options == CallOptions("+14255550123", read_keys("1"), Staff.BUSY)
    hidden = call_options(None, "1", Staff.BUSY, CallFlags(withheld=True))
    assert hidden.number == WITHHELD


def test_a_known_caller_is_a_patient_whom_the_carrier_vouches_for() -> None:
    """The number is the sample patient's, and the transcript says that it was signed."""
    options = call_options("known", "2", Staff.BUSY, CallFlags())
    assert (options.number, options.signed) == (sample_patient.NUMBER, VOUCHED)
    assert call_options(sample_patient.NUMBER, "2", Staff.BUSY, CallFlags()).signed is None


async def test_what_a_call_did_to_a_visit_is_shown(
    connected: ConnectedLine, line: Line, capsys: pytest.CaptureFixture[str]
) -> None:
    """Such as that its patient keeps it."""
    await sample_patient.sample_patient_visit(line)
    options = CallOptions(sample_patient.NUMBER, None, Staff.NO_ANSWER, known=True)
    await play_script(connected, options, read_keys(". 2 . 1"))
    printed = capsys.readouterr()
    assert printed.out.startswith(f"caller: {sample_patient.NUMBER}\nsigned: {VOUCHED}\n")
    assert printed.err.strip().splitlines()[-1] == "The caller kept the visit."


def test_two_callers_at_once_are_refused() -> None:
    """The error says what to do."""
    with pytest.raises(CallRefusedError, match="not both"):
        call_options("+14255550100", "1", Staff.BUSY, CallFlags(withheld=True))


@pytest.mark.parametrize("number", ["4255550123", "+0", "+1 425 555 0123", "me"])
def test_a_number_that_is_none_is_refused(number: str) -> None:
    """Only E.164 numbers are accepted, as Twilio sends them."""
    with pytest.raises(
        CallRefusedError, match=r"is not a phone number; write it like \+14255550123"
    ):
        call_options(number, "1", Staff.BUSY, CallFlags())


def test_without_a_terminal_the_keys_must_be_written_down() -> None:
    """Tests have no terminal."""
    with pytest.raises(CallRefusedError, match="There is no terminal to type keys in"):
        call_options(None, None, Staff.BUSY, CallFlags())
