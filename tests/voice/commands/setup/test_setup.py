"""A newcomer sets up a whole line in one conversation."""

import re
import stat
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from stand_ins.google.server import DOCTOR, Google
from stand_ins.twilio.resources import CLINIC
from stand_ins.twilio.server import ACCOUNT, SERVICE, Twilio
from support.live_settings import LIVE
from support.setup_command import TOKEN, Setup, stored, write_env
from support.terminal_command import TerminalCommand

from voice.agreements import event_detail
from voice.commands.check_twilio import look
from voice.commands.twilio_number import RETRIES
from voice.settings import Settings

HERE = "http://127.0.0.1:9"
"""The public address; nobody answers there yet."""
START = "start the line, and let your web server pass that address to its port"
SMTP = "smtps://line:mail-password@mail.example.org"


def test_a_line_is_set_up_from_nothing(  # noqa: PLR0913, PLR0917  # what it takes
    setup: Setup,
    twilio: Twilio,
    google: Google,
    client_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The result is a complete `.env`, a number that calls the line, and calendars of its own."""
    with setup() as terminal:
        tell_of_the_clinic(terminal)
        set_up_twilio(terminal, twilio)
        set_up_google(terminal, client_file)
        tell_the_rest(terminal)
        assert terminal.sees("What is left:").ends() == 0
    screenings, invitations = [each for each in google.world.calendars if each != DOCTOR]
    assert stored(tmp_path) == {
        "CLINIC_NAME": "Lakeside Physical Therapy",
        "CLINIC_EMAIL": "hello@lakeside.example",
        "CLINIC_TIME_ZONE": "America/Los_Angeles",
        "CLINICIAN_NAME": "Dr. Ann Lee",
        "CLINICIAN_SPOKEN_EN": "Doctor Ann Lee",
        "CLINICIAN_SPOKEN_ES": "La doctora Ann Lee",
        "STAFF_NUMBER": "206 555 0142",
        "CLINIC_PHONES": "",
        "OPENING_HOURS": "Mon-Fri 09:00-17:00",
        "CLOSED_DATES": "us-federal",
        "SCREENING_MINUTES": "20",
        "PUBLIC_BASE_URL": HERE,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_API_KEY_SID": "",
        "TWILIO_NUMBER": "",
        "CLINIC_NUMBER": CLINIC,
        "TWILIO_MESSAGING_SERVICE_SID": SERVICE,
        "TEXTS": "on",
        "GOOGLE_CREDENTIALS_FILE": "google-credentials.json",
        "GOOGLE_SCREENINGS_CALENDAR_ID": screenings,
        "GOOGLE_BUSY_CALENDAR_IDS": DOCTOR,
        "GOOGLE_INVITATIONS_CALENDAR_ID": invitations,
        "VIDEO_URL": "",
        "CLINICIANS": "",
        "ALERT_NUMBER": "",
        "ALERT_EMAIL": "ann@lakeside.example",
        "SMTP_URL": SMTP,
        "ALERT_PING_URL": "",
        "DATA_KEY_FILE": "secrets/data.key",
        "BACKUP_KEY_FILE": "secrets/backup.key",
        "BAA_TWILIO": "not-needed",
        "BAA_GOOGLE": "yes",
        "CALENDAR_DETAIL": "full",
    }
    for secret in (TOKEN, "mail-password", "refresh"):
        assert secret not in terminal.shown
    keys = ("secrets/data.key", "secrets/backup.key")
    for file in (".env", "google-credentials.json", *keys, "twilio-before.json"):
        assert stat.S_IMODE((tmp_path / file).stat().st_mode) == 0o600
    asked = parse_qs(urlsplit((tmp_path / "opened.txt").read_text()).query)
    assert {each.rpartition("/")[2] for each in asked["scope"][0].split()} == google.sign_in.scopes
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TWILIO_API_URL", twilio.url)
    assert event_detail(Settings.load("live")) == "full"


async def test_what_was_set_passes_the_check(
    setup: Setup, twilio: Twilio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that `check` asks Twilio is then as it wants it, the fallback document too."""
    write_env(tmp_path, **{**LIVE, "PUBLIC_BASE_URL": HERE})
    with setup("--only", "twilio") as terminal:
        set_up_twilio(terminal, twilio)
        assert terminal.ends() == 0
    assert twilio.resources.number
    assert twilio.resources.number["voice_url"] == f"{HERE}/voice/incoming{RETRIES}"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TWILIO_API_URL", twilio.url)
    lines = await look(Settings.load("live"))
    assert [says for state, says in lines if state != "ok"] == [
        f"from outside: nobody answers at {HERE}/voice/status; {START}"
    ]


def tell_of_the_clinic(terminal: TerminalCommand) -> None:
    """Answer the steps before Twilio, and mistype one answer."""
    terminal.answers("Name of the clinic", "Lakeside Physical Therapy")
    terminal.answers("Email address offered", "nobody").sees("'nobody' is not an email address")
    terminal.answers("Email address offered", "hello@lakeside.example")
    terminal.answers("Time zone [America/Los_Angeles]")
    terminal.answers("Clinician in writing", "Dr. Ann Lee")
    terminal.answers("As callers hear it", "")
    terminal.answers("The same in Spanish", "La doctora Ann Lee")
    terminal.answers("Phone that key 0 rings", "206 555 0142")
    terminal.answers("The clinic's other phones")
    terminal.answers("Opening hours [Mon-Fri 09:00-17:00]")
    terminal.answers("Closed days (- for none) [us-federal]")
    terminal.answers("Minutes of a screening [20]")
    terminal.answers("Public address", HERE).sees("Nobody answers there yet.")


def set_up_twilio(terminal: TerminalCommand, twilio: Twilio) -> None:
    """Sign in and accept everything; make the TwiML Bin that is asked for."""
    terminal.answers("Account SID, AC...", ACCOUNT).answers_unseen("Auth token", TOKEN)
    terminal.answers("API key SID").sees("the account and its token match")
    terminal.answers("Patients call [1]").sees("The number at Twilio is 425-202-5687.")
    terminal.sees("Address of the TwiML Bin")
    [made] = re.findall(r"<\?xml.*</Response>", terminal.shown, re.DOTALL)
    terminal.types(twilio.bin_address(made) + "\n")
    terminal.sees("voice_url: https://demo.twilio.com/welcome/voice/ -> " + HERE)
    terminal.sees("trunk_sid: TK").answers("Set these now?").sees("--undo-twilio` restores it.")
    terminal.sees("The messaging service BodyFix texts sends from this number (registered).")
    terminal.answers("Texts [1]")


def set_up_google(terminal: TerminalCommand, client_file: Path) -> None:
    """Sign in, make both calendars, and let the doctor's own block times."""
    terminal.answers("Google Calendar [1]").answers("Bookings go into [1]")
    terminal.answers("The client's JSON file", "nowhere.json").sees("is not a Google client file")
    terminal.answers("The client's JSON file", client_file.name).sees("Signed in.")
    terminal.sees("Dr. Ann Lee").answers("The calendar for screenings [2]", "1")
    terminal.sees("The sign-in does not reach that calendar")
    terminal.answers("The calendar for screenings [2]").sees("Made the calendar Screenings.")
    terminal.sees("1  Dr. Ann Lee").answers("[1]").answers("Invite patients?")
    terminal.answers("The calendar for screenings: invitations").sees("Made the calendar")
    terminal.answers("Address of your own video room").answers("Therapists' file")


def tell_the_rest(terminal: TerminalCommand) -> None:
    """Alerts by email, new keys, the agreements."""
    terminal.answers("gets alerts by text").answers("that gets alerts", "ann@lakeside.example")
    terminal.answers_unseen("Mail server", "nonsense").sees("is not a mail server")
    terminal.answers_unseen("Mail server", SMTP).answers("call each minute:")
    for key in ("data", "backup"):
        terminal.answers("Key file").answers(f"Make a new key in secrets/{key}.key?")
    terminal.answers("Agreement with Twilio:").sees("Type a number from 1 to 3.")
    terminal.answers("Agreement with Twilio:", "3").answers("Agreement with Google:", "1")
    terminal.answers("What staff see in the calendar [1]")
