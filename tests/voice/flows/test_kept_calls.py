"""Every transcript in tests/transcripts is a call that is heard again, to the letter.

To change them on purpose:
`REWRITE_TRANSCRIPTS=1 make test TESTS=tests/voice/flows/test_kept_calls.py`, then read the
difference. A new one is what `screening-line call --keys` prints; its heading may
name another minute. A caller whose number the carrier signed has a visit on December 1st at 9.
In the calls about the waiting list nothing is open for some days.
"""

import os
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from support.clinic import SetClock
from support.returning import booked_visit

from calendar_sync.availability.span import Span
from calendar_sync.bookings import free_times
from calendar_sync.bookings.event_text import event_id
from calendar_sync.calendars.contract import Event
from voice.app import create_app
from voice.bootstrap import Line
from voice.simulator.player import Player
from voice.simulator.transcript import Recording, read, without_codes
from voice.simulator.transcript_replay import Replaying
from voice.simulator.transport import InProcess

AWAY = {"waiting": timedelta(days=20), "waiting_spanish": timedelta(days=5)}
"""For how long nothing is open."""
KEPT = sorted((Path(__file__).parents[2] / "transcripts").glob("*.txt"))


@pytest.mark.parametrize("file", KEPT, ids=lambda file: file.stem)
async def test_a_kept_call_is_heard_again_to_the_letter(
    file: Path, line: Line, now: SetClock
) -> None:
    """A replayed call has the same words in the same order, at the same simulated time."""
    kept = _kept(file)
    heading, lines = read(kept)
    now.at = heading.starts.astimezone(UTC)
    if away := AWAY.get(file.stem):
        span = Span(now.at, now.at + away)
        await line.clinic.calendar.insert(Event(event_id("staff", "away", 0), span, "Away"))
        now.forward(minutes=2)
        await free_times.refresh(line.clinic)
        now.forward(minutes=-2)
    await free_times.refresh(line.clinic)
    if heading.signed:
        await booked_visit(line, number=heading.caller)
    post = InProcess(create_app(line), line.settings.public_base_url, line.settings.tokens[0])
    recording = Recording(Replaying(lines))
    player = Player(post, recording, heading.caller_id())
    heard = without_codes(recording.text(heading, await player.call()))
    assert player.alarms == []
    if os.environ.get("REWRITE_TRANSCRIPTS"):
        _keep(file, heard)
    else:
        assert heard == without_codes(kept)


def _kept(file: Path) -> str:
    return file.read_text("utf-8")


def _keep(file: Path, heard: str) -> None:
    file.write_text(heard, "utf-8")
