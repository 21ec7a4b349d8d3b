"""Every transcript in tests/transcripts is a call that is heard again, to the letter.

To change them on purpose: `REWRITE_TRANSCRIPTS=1 make test TESTS=tests/voice/test_kept_calls.py`,
then read the difference. A new one is what `screening-line call --keys` prints; its heading may
name another minute.
"""

import os
from datetime import UTC
from pathlib import Path

import pytest
from clinic import SetClock

from calendar_sync import busy_times
from voice.app import create_app
from voice.line import Line
from voice.phone.player import Player
from voice.phone.post import InProcess
from voice.phone.replaying import Replaying
from voice.phone.transcript import Recording, read, without_codes

KEPT = sorted((Path(__file__).parents[1] / "transcripts").glob("*.txt"))


@pytest.mark.parametrize("file", KEPT, ids=lambda file: file.stem)
async def test_a_kept_call_is_heard_again_to_the_letter(
    file: Path, line: Line, now: SetClock
) -> None:
    """The same words in the same order, at the same time of the same day."""
    kept = _kept(file)
    heading, lines = read(kept)
    now.at = heading.starts.astimezone(UTC)
    await busy_times.refresh(line.desk)
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
