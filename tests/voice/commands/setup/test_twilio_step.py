"""Setup points the number at Twilio to the line, and puts back what stood there."""

import json
from pathlib import Path
from typing import Any

import pytest
from stand_ins.twilio.faults import Fault
from stand_ins.twilio.resources import CLINIC
from stand_ins.twilio.server import ACCOUNT, Twilio
from support.live_settings import LIVE
from support.setup_command import TOKEN, Setup, stored, write_env
from support.terminal_command import TerminalCommand

from voice.commands.setup.answers import Answers
from voice.commands.setup.webhooks import TwilioError, keep_before, set_webhooks, undo
from voice.commands.twilio_number import Number
from voice.settings import Settings

KEPT = "+12065550199"


@pytest.fixture
def account(tmp_path: Path) -> Path:
    """A folder whose `.env` has everything but the number."""
    write_env(tmp_path, **{**LIVE, "TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN})
    return tmp_path


def fields(twilio: Twilio) -> dict[str, Any]:
    """The number's own settings at Twilio."""
    return dict(twilio.resources.number or {})


def signs_in(terminal: TerminalCommand) -> TerminalCommand:
    """Keep the account that is set."""
    terminal.answers("Account SID, AC...").answers_unseen("Auth token")
    return terminal.answers("API key SID")


@pytest.mark.usefixtures("account")
def test_what_stood_at_twilio_is_put_back(setup: Setup, twilio: Twilio) -> None:
    """Also after a second run, which does not take the line's own addresses for them."""
    before, service = fields(twilio), twilio.resources.service
    service["use_inbound_webhook_on_number"] = False
    for fallback, texts in (("", "1"), (twilio.bin_address("<Response/>"), "2")):
        with setup("--only", "twilio") as terminal:
            signs_in(terminal).answers("Patients call")
            terminal.answers("Address of the TwiML Bin", fallback).answers("Set these now?")
            if texts == "1":
                terminal.sees("Replies to its texts do not reach").answers("Set that now?")
            terminal.answers("Texts", texts)
            assert terminal.ends() == 0
    assert fields(twilio)["voice_url"].startswith("https://line.example.org/voice/incoming#")
    assert fields(twilio)["trunk_sid"] == ""
    assert service["use_inbound_webhook_on_number"] is True
    with setup("--undo-twilio") as terminal:
        assert terminal.sees("voice_url: https://demo.twilio.com/welcome/voice/").ends() == 0
    assert fields(twilio) == before
    assert service["use_inbound_webhook_on_number"] is False


def test_putting_back_can_be_tried_and_needs_something_to_put_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dry run asks Twilio for nothing, and keeps the file."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TwilioError, match="There is nothing to put back"):
        undo(Settings(), dry_run=False)
    keep_before({"PN1": {"voice_url": "https://old.example", "trunk_sid": None}})
    said = undo(Settings(), dry_run=True)
    assert said[1:] == ["PN1 voice_url: https://old.example", "PN1 trunk_sid: nothing"]
    assert (tmp_path / "twilio-before.json").exists()


def test_a_refused_change_is_told_and_can_be_put_back(
    setup: Setup, twilio: Twilio, account: Path
) -> None:
    """What stood there is kept before anything is changed, and survives a failure."""
    twilio.faults.append(Fault("PN" + "4" * 32, kind="code", code=20003))
    with setup("--only", "twilio") as terminal:
        signs_in(terminal).answers("Patients call").answers("Address of the TwiML Bin")
        terminal.answers("Set these now?").sees("Twilio did not change PN").sees("(20003)")
        assert terminal.ends() == 1
        assert "Traceback" not in terminal.shown
    kept = json.loads((account / "twilio-before.json").read_text())
    assert kept["PN" + "4" * 32]["voice_url"] == "https://demo.twilio.com/welcome/voice/"


def test_a_forwarded_number_stays_the_clinics(setup: Setup, twilio: Twilio, account: Path) -> None:
    """The line answers at Twilio, and callers are told the number they know."""
    other = {**fields(twilio), "sid": "PN" + "5" * 32, "phone_number": "+12065550177"}
    twilio.resources.others.append({**other, "friendly_name": "Fax"})
    with setup("--only", "twilio") as terminal:
        signs_in(terminal).answers("Patients call [1]", "2").sees("A forwarded call shows").sees(
            "Fax"
        )
        terminal.answers("The number at Twilio", "1").sees("is 425-202-5687.")
        terminal.answers("The clinic's number", CLINIC).sees("type the one that forwards to it")
        terminal.answers("The clinic's number", KEPT).answers("Address of the TwiML Bin")
        terminal.answers("Set these now?", "n").answers("Texts", "2")
        assert terminal.ends() == 0
    assert stored(account)["TWILIO_NUMBER"] == CLINIC
    assert stored(account)["CLINIC_NUMBER"] == KEPT
    assert fields(twilio)["voice_url"] == "https://demo.twilio.com/welcome/voice/"


def test_a_wrong_token_is_asked_again(setup: Setup, twilio: Twilio, account: Path) -> None:
    """The remedy is shown, and the new token is not."""
    twilio.logins.remove((ACCOUNT, TOKEN))
    twilio.logins.add((ACCOUNT, "3" * 32))
    twilio.resources.number = None
    with setup("--only", "twilio") as terminal:
        signs_in(terminal).sees("does not accept the token").answers("Enter them again?")
        terminal.answers("Account SID, AC...").answers_unseen("Auth token", "3" * 32)
        terminal.answers("API key SID").sees("The account has no number. Buy one")
        assert terminal.ends() == 0
        assert "3" * 32 not in terminal.shown
    assert stored(account)["TWILIO_AUTH_TOKEN"] == "3" * 32


def test_without_twilio_the_number_is_asked(setup: Setup, account: Path) -> None:
    """Whoever has no internet access yet can go on, and run the step again."""
    with setup("--only", "twilio", TWILIO_API_URL="http://127.0.0.1:9") as terminal:
        signs_in(terminal).sees("Twilio cannot be asked").sees("Twilio does not answer.")
        assert terminal.answers("Number that patients call", "425 202 5687").ends() == 0
    assert stored(account)["CLINIC_NUMBER"] == "425 202 5687"


def test_an_api_key_that_is_refused_is_told(setup: Setup, account: Path) -> None:
    """The token is right, so the key has to be made again."""
    with setup("--only", "twilio") as terminal:
        terminal.answers("Account SID, AC...").answers_unseen("Auth token")
        terminal.answers("API key SID", "SK" + "9" * 32).answers_unseen("Its secret", "old-secret")
        terminal.sees("token match").sees("Twilio does not accept the API key.")
        assert terminal.answers("Number that patients call", KEPT).ends() == 0
        assert "old-secret" not in terminal.shown
    assert "old-secret" in stored(account).values()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_number_is_never_pointed_to_this_computer_alone(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, host: str
) -> None:
    """Twilio could not reach it, and the number may work today."""
    number = Number("PN1", CLINIC, "", sends_texts=True, fields={})
    answers = Answers(tmp_path / ".env")
    answers.put("public_base_url", f"http://{host}:8000")
    set_webhooks(answers, number)
    assert "so the number is left as it is" in capsys.readouterr().out


def test_other_countries_are_closed(setup: Setup, twilio: Twilio, account: Path) -> None:
    """The US and Canada stay; without a messaging service the registration is explained."""
    twilio.resources.countries |= {"DE": True, "CU": True}
    twilio.resources.senders = ["+12065550100"]
    with setup("--only", "twilio") as terminal:
        signs_in(terminal).answers("Patients call").answers("Address of the TwiML Bin")
        terminal.answers("Set these now?", "n").sees("No messaging service sends from this number")
        terminal.answers("Texts [2]").sees("2 other countries (CU, DE)")
        assert terminal.answers("Forbid calls to them?").sees("Done.").ends() == 0
    assert stored(account)["TEXTS"] == "off", "texts that are blocked are not offered to callers"
    assert twilio.resources.countries == {"CA": True, "DE": False, "US": True, "CU": False}
