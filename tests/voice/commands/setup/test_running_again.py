"""Setup can be stopped anywhere, tried without effect, and run again to change one thing."""

import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest
from stand_ins.google.server import Google
from stand_ins.twilio.server import ACCOUNT, Twilio
from support.live_settings import LIVE
from support.setup_command import TOKEN, Setup, stored, write_env
from support.terminal_command import CTRL_C, CTRL_D

from voice.cli_setup import StepName
from voice.commands.setup.steps import STEPS

NAME = {"CLINIC_NAME": "Lakeside Physical Therapy"}


def test_each_step_can_be_named_on_the_command_line() -> None:
    """The option knows the steps, in their order."""
    assert get_args(StepName) == tuple(step.name for step in STEPS)


@pytest.mark.parametrize("key", [CTRL_C, CTRL_D])
def test_what_was_answered_before_a_stop_is_kept(setup: Setup, tmp_path: Path, key: str) -> None:
    """The next run shows it, and goes on from there."""
    with setup() as terminal:
        terminal.answers("Name of the clinic", "Lakeside Physical Therapy")
        terminal.sees("Email address offered to callers:")
        terminal.stops(key, "What you answered is in .env. Run it again to go on.")
        assert terminal.ends() == 1
        assert "Traceback" not in terminal.shown
    assert stored(tmp_path) == NAME
    with setup() as terminal:
        terminal.sees("[Lakeside Physical Therapy]").stops(key, "Stopped.")
        assert terminal.ends() == 1
    assert stored(tmp_path) == NAME


def test_a_second_run_offers_what_is_left_and_changes_one_thing(
    setup: Setup, tmp_path: Path
) -> None:
    """Done steps are marked; a number or a name chooses one, and the rest of `.env` stays."""
    (tmp_path / ".env").write_text(
        "# Ours.\nUNSIGNED_WORDING=allow\nOPENING_HOURS=Mon 9:00-12:00\n"
    )
    write_env(tmp_path, CLOSED_DATES="us-federal", SCREENING_MINUTES="20", **LIVE)
    with setup() as terminal:
        terminal.sees("  2  done  hours").sees("  4        twilio")
        terminal.answers("or q to finish [1]", "hours")
        terminal.answers("Opening hours [Mon 9:00-12:00]", "Tue 09:00-12:00")
        terminal.answers("Closed days (- for none) [us-federal]", "-")
        terminal.answers("Minutes of a screening [20]", "2").sees("a whole number from 5 to 480")
        terminal.answers("Minutes of a screening [20]")
        terminal.sees("Left: 1 clinic, 4 twilio, ").answers("or q to finish [1]", "?")
        terminal.sees("  2  done  hours").answers("or q to finish [1]", "q")
        terminal.sees("setup --only clinic")
        assert terminal.sees("OPENING_HOURS=Tue 09:00-12:00\nCLOSED_DATES=\n").ends() == 0
    text = (tmp_path / ".env").read_text()
    assert text.startswith("# Ours.\nUNSIGNED_WORDING=allow\nOPENING_HOURS=Tue 09:00-12:00\n")
    expected = {"OPENING_HOURS": "Tue 09:00-12:00", "CLOSED_DATES": "", "SCREENING_MINUTES": "20"}
    assert stored(tmp_path) == {"UNSIGNED_WORDING": "allow", **expected, **LIVE}


def test_a_dry_run_changes_nothing_anywhere(
    setup: Setup, twilio: Twilio, google: Google, tmp_path: Path
) -> None:
    """It says what it would write and set, and shows no secret; later steps go by the answers."""
    write_env(tmp_path, **LIVE)
    before = (tmp_path / ".env").read_text(), dict(twilio.resources.number or {})
    twilio.resources.countries["DE"] = True
    files = sorted(each.name for each in tmp_path.iterdir())
    with setup("--only", "twilio", "--dry-run") as terminal:
        terminal.answers("Account SID, AC...", ACCOUNT).answers_unseen("Auth token", TOKEN[::-1])
        terminal.answers("API key SID").sees("the account and its token match")
        terminal.answers("Patients call").answers("Address of the TwiML Bin")
        terminal.sees("voice_url:").sees("Would set these at Twilio.")
        terminal.answers("Texts [1]", "2").sees("Would forbid calls")
        terminal.sees("Would write to .env:").sees("CLINIC_NUMBER=+14252025687").sees("TEXTS=off")
        assert terminal.ends() == 0
        assert TOKEN not in terminal.shown
    with setup("--only", "calendar", "--dry-run") as terminal:
        terminal.answers("Google Calendar").answers("Bookings go into").sees("Would open a browser")
        terminal.answers("The calendar for screenings").sees("Would make the calendar Screenings.")
        terminal.answers("Invite patients?", "n").answers(
            "Address of your own", "https://v.example"
        )
        terminal.answers("Therapists' file").sees("VIDEO_URL=https://v.example")
        assert terminal.ends() == 0
    with setup("--only", "alerts", "--dry-run") as terminal:
        terminal.answers("by text").answers("gets alerts").answers("each minute:")
        terminal.answers("Key file").sees("Would make a key in secrets/data.key.")
        terminal.answers("Key file").sees("Would make a key in secrets/backup.key.")
        assert terminal.ends() == 0
    after = (tmp_path / ".env").read_text(), dict(twilio.resources.number or {})
    assert after == before
    assert twilio.resources.countries["DE"]
    assert google.seen == []
    assert sorted(each.name for each in tmp_path.iterdir()) == files


def test_a_setting_from_the_environment_is_not_asked(setup: Setup, tmp_path: Path) -> None:
    """It wins over `.env`, so an answer would change nothing."""
    with setup("--only", "address", PUBLIC_BASE_URL="http://127.0.0.1:9") as terminal:
        terminal.sees("PUBLIC_BASE_URL comes from the environment, which wins over .env")
        assert terminal.ends() == 0
    assert stored(tmp_path) == {}


def test_input_that_is_no_terminal_ends_with_the_way_out(tmp_path: Path) -> None:
    """A script is told to write `.env`, and nothing is asked or written."""
    done = subprocess.run(
        [sys.executable, "-c", "from voice.cli import main; main()", "setup"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(Path(__file__).parents[4])},
        input="Lakeside\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "its input is no terminal" in done.stderr
    assert ".env.example explains every setting" in done.stderr
    assert list(tmp_path.iterdir()) == []
