"""Fixtures to run `screening-line setup` in a terminal, with the stand-ins of Twilio and Google."""

import json
import sys
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from stand_ins.google.server import DOCTOR, Google
from stand_ins.twilio.server import ACCOUNT, Twilio
from support.terminal_command import TerminalCommand

from voice.commands.setup import env_file

TOKEN = "2" * 32
Setup = Callable[..., TerminalCommand]
_BROWSER = """import sys, urllib.parse, urllib.request
open("opened.txt", "w").write(sys.argv[1])
asked = urllib.parse.parse_qs(urllib.parse.urlsplit(sys.argv[1]).query)
back = asked["redirect_uri"][0] + "?code=code&state=" + asked["state"][0]
urllib.request.urlopen(back).close()
"""


@pytest.fixture
def twilio() -> Generator[Twilio]:
    """An account with one number, whose webhooks are Twilio's own sample."""
    with Twilio() as twilio:
        twilio.token = TOKEN
        twilio.logins.add((ACCOUNT, TOKEN))
        number = twilio.resources.number or {}
        number.update(
            voice_url="https://demo.twilio.com/welcome/voice/",
            voice_fallback_url="",
            status_callback="",
            sms_url="https://demo.twilio.com/welcome/sms/reply",
            trunk_sid="TK" + "7" * 32,
        )
        yield twilio
        assert twilio.broken_rules == []


@pytest.fixture
def google() -> Generator[Google]:
    """An account with the doctor's own calendar and two others."""
    with Google() as google:
        google.sign_in.scopes = frozenset(
            {"calendar.app.created", "calendar.freebusy", "calendar.calendarlist.readonly"}
        )
        google.doctor.name, google.doctor.primary = "Dr. Ann Lee", True
        google.world.calendars = {DOCTOR: google.doctor}
        yield google
        assert google.broken_rules == []


@pytest.fixture
def client_file(google: Google, tmp_path: Path) -> Path:
    """The file that Google's console gives for a desktop app."""
    uris = {"auth_uri": f"{google.base}/auth", "token_uri": f"{google.base}/token"}
    file = tmp_path / "client.json"
    file.write_text(
        json.dumps({"installed": {"client_id": "client", "client_secret": "x", **uris}})
    )
    return file


@pytest.fixture
def setup(twilio: Twilio, google: Google, tmp_path: Path) -> Setup:
    """Start `screening-line setup` with these words, in a folder of its own."""
    browser = tmp_path / "browser.py"
    browser.write_text(_BROWSER)
    env = {
        "TWILIO_API_URL": twilio.url,
        "GOOGLE_API_URL": google.url,
        "OAUTHLIB_INSECURE_TRANSPORT": "1",
        "BROWSER": f"{sys.executable} {browser} %s &",
    }

    def start(*words: str, **more: str) -> TerminalCommand:
        return TerminalCommand("setup", *words, folder=tmp_path, env={**env, **more})

    return start


def stored(folder: Path) -> dict[str, str]:
    """The settings in the folder's `.env`."""
    return env_file.read(folder / ".env")


def write_env(folder: Path, **settings: str) -> None:
    """Store settings as an earlier run would have."""
    for name, value in settings.items():
        env_file.write(folder / ".env", name, value)
