"""Connecting Google: each failed check has a remedy, and signing in is done once."""

import json
import stat
import threading
import webbrowser
from collections.abc import Generator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pytest
from stand_ins.google.faults import Fault
from stand_ins.google.server import DOCTOR, INVITATIONS, SCREENINGS, Google
from stand_ins.google.sign_in import LEAST
from support.google_clinic import signed_in
from support.live_settings import LIVE
from support.two_therapists import TEAM

from voice.commands.authorize_google import WEEK, AuthorizeOptions, NotAuthorizedError, authorize
from voice.commands.check_google import look
from voice.commands.findings import Line
from voice.errors import SettingsError
from voice.settings import Settings


@pytest.fixture
def google() -> Generator[Google]:
    """A stand-in that refuses what Google would refuse."""
    with Google() as google:
        yield google
        assert google.broken_rules == []


def settings(
    google: Google, folder: Path, monkeypatch: pytest.MonkeyPatch, **more: str
) -> Settings:
    """A live line's settings with this Google."""
    monkeypatch.chdir(folder)
    service = more.pop("service", "") == "yes"
    names = {
        **LIVE,
        "GOOGLE_CREDENTIALS_FILE": str(signed_in(google, folder, service=service)),
        "GOOGLE_API_URL": google.url.rstrip("/"),
        "GOOGLE_SCREENINGS_CALENDAR_ID": SCREENINGS,
        "GOOGLE_BUSY_CALENDAR_IDS": DOCTOR,
        **more,
    }
    for name, value in names.items():
        monkeypatch.setenv(name, value)
    return Settings.load("live")


def wrong(lines: list[Line]) -> str:
    """All errors as one text."""
    return "\n".join(says for state, says in lines if state == "wrong")


async def test_a_good_set_up_is_tried_and_nothing_is_left_behind(
    google: Google, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each step of a full trial is reported as ok, and nothing is left behind."""
    lines = await look(settings(google, tmp_path, monkeypatch))
    assert [state for state, _ in lines] == ["ok"] * 8
    assert google.screenings.live() == []
    assert google.channels.open == {}


async def test_the_calendar_of_each_therapist_is_tried(
    google: Google, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is read and written; one that is not shared is named with whose it is."""
    line = settings(google, tmp_path, monkeypatch, CLINICIANS=str(TEAM))
    assert "Dr. Ana Rivera: busy times can be read, a test" in str(await look(line))
    assert google.rivera.live() == []
    google.rivera.role = "reader"
    assert "Dr. Ana Rivera: a test event cannot be written" in wrong(await look(line))
    google.rivera.role = None
    assert "Dr. Ana Rivera: the busy times cannot be read" in wrong(await look(line))


async def test_each_failure_has_its_remedy(
    google: Google, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Remedies are in the clinic's words: sign in again, tick every box, share the calendar."""
    line = settings(google, tmp_path, monkeypatch)
    google.sign_in.revoked = True
    assert "authorize-google" in wrong(await look(line))
    google.sign_in.revoked = False
    google.sign_in.scopes = frozenset({"calendar.events.owned"})
    assert "tick every box" in wrong(await look(line))
    google.sign_in.scopes = frozenset({"calendar.events.owned", "calendar.freebusy"})
    google.doctor.role = None
    assert f"busy times of {DOCTOR} are not shared" in wrong(await look(line))
    google.doctor.role = "freeBusyReader"
    google.screenings.role = None
    assert "Make changes to events" in wrong(await look(line))


async def test_the_zone_of_every_busy_calendar_is_compared(
    google: Google, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An all-day event in a UTC calendar would leave the evening bookable."""
    line = settings(google, tmp_path, monkeypatch)
    google.doctor.zone = "UTC"
    [note] = [says for state, says in await look(line) if state == "note"]
    assert note.startswith(f"the time zone of {DOCTOR} is UTC; in its settings choose America/Los_")
    google.faults.append(Fault("events.list", skip=1, status=403, reason="forbidden"))
    [note] = [says for state, says in await look(line) if state == "note"]
    assert note.startswith(f"the time zone of {DOCTOR} cannot be read; in its settings choose ")


async def test_the_zone_of_a_calendar_that_is_only_listed_is_known(
    google: Google, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the narrow sign-in the events of the clinician's calendar cannot be read."""
    google.sign_in.scopes = LEAST | {"calendar.calendarlist.readonly"}
    google.doctor.zone = "UTC"
    [note] = [
        says
        for state, says in await look(settings(google, tmp_path, monkeypatch))
        if state == "note"
    ]
    assert note.startswith(f"the time zone of {DOCTOR} is UTC")


async def test_a_channel_that_google_refuses_is_only_a_note(
    google: Google, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Changes are still found within a minute by polling."""
    line = settings(google, tmp_path, monkeypatch)
    google.faults.append(Fault("events.watch", status=400, reason="push.webhookUrlUnauthorized"))
    lines = await look(line)
    assert [says for state, says in lines if state == "note" and "within a minute" in says]
    assert wrong(lines) == ""


async def test_a_calendar_that_is_only_read_cannot_be_written(
    google: Google, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A calendar shared without edit rights fails the check."""
    google.screenings.role = "reader"
    google.screenings.made_by_app = False
    google.sign_in.scopes = frozenset({"calendar.events", "calendar.freebusy"})
    said = wrong(await look(settings(google, tmp_path, monkeypatch)))
    assert "cannot be written" in said
    assert "Make changes to events" in said


async def test_a_service_account_hears_that_it_makes_no_links(
    google: Google, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service account gets a note on what replaces Meet links; so does another zone."""
    google.screenings.zone = "America/New_York"
    lines = await look(settings(google, tmp_path, monkeypatch, service="yes"))
    notes = [says for state, says in lines if state == "note"]
    assert len(notes) == 2
    assert "CLINIC_TIME_ZONE" in notes[0]
    assert "VIDEO_URL" in notes[1]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("GOOGLE_SCREENINGS_CALENDAR_ID", "primary", "own empty calendar"),
        ("GOOGLE_SCREENINGS_CALENDAR_ID", " ", "missing"),
        ("GOOGLE_BUSY_CALENDAR_IDS", ",".join(f"c{n}@x.org" for n in range(50)), "at most 49"),
        ("GOOGLE_CREDENTIALS_FILE", "nowhere.json", "authorize-google"),
        ("GOOGLE_INVITATIONS_CALENDAR_ID", SCREENINGS, "must be a separate calendar"),
        ("GOOGLE_INVITATIONS_CALENDAR_ID", DOCTOR, "must be a separate calendar"),
    ],
)
def test_settings_that_cannot_work_are_refused(  # noqa: PLR0913, PLR0917  # what it takes
    google: Google,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
    said: str,
) -> None:
    """Unusable settings are refused before the port opens."""
    with pytest.raises(SettingsError, match=said):
        settings(google, tmp_path, monkeypatch, service="yes", **{name: value})


class Browser(webbrowser.BaseBrowser):
    """A browser whose user accepts or closes the page."""

    def __init__(self) -> None:
        super().__init__("stand-in")
        self.asked: dict[str, list[str]] = {}

    def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:  # noqa: ARG002, FBT001, FBT002
        """Respond as Google's page does, with a redirect to the waiting command."""
        self.asked = parse_qs(urlsplit(url).query)
        back = f"{self.asked['redirect_uri'][0]}?code=code&state={self.asked['state'][0]}"
        threading.Thread(target=lambda: urlopen(back).close()).start()  # noqa: S310  # ours
        return True


async def test_signing_in_once_writes_a_file_and_makes_the_calendar(
    google: Google, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sign-in uses consent and PKCE, and the file is readable only by its owner."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setenv("GOOGLE_API_URL", google.url)
    google.sign_in.scopes = LEAST | {"calendar.calendarlist.readonly"}
    browser = Browser()
    webbrowser.register("stand-in", None, browser)
    client = tmp_path / "client.json"
    uris = {"auth_uri": f"{google.base}/auth", "token_uri": f"{google.base}/token"}
    client.write_text(
        json.dumps({"installed": {"client_id": "client", "client_secret": "x", **uris}})
    )
    file, said = tmp_path / "google.json", list[str]()
    options = AuthorizeOptions(client, file, "Screenings", browser="stand-in")
    await authorize(Settings.load("demo"), options, said.append)
    assert browser.asked["access_type"] == ["offline"]
    assert browser.asked["prompt"] == ["consent"]
    assert browser.asked["code_challenge_method"] == ["S256"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    screenings, invitations = [each for each in google.world.calendars if each.startswith("c_")]
    assert said[1].endswith(f"GOOGLE_SCREENINGS_CALENDAR_ID={screenings}")
    assert said[2].endswith(f"GOOGLE_INVITATIONS_CALENDAR_ID={invitations}")
    assert said[-1] == WEEK


async def test_a_calendar_to_invite_from_is_tried(
    google: Google, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The calendar must be the account's own, and the trial sends no mail."""
    apart = {"GOOGLE_INVITATIONS_CALENDAR_ID": INVITATIONS}
    line = settings(google, tmp_path, monkeypatch, **apart)
    assert (await look(line))[-1] == ("ok", "patients who give an email can be invited")
    assert google.invitations.live() == []
    assert google.world.mail == []
    google.faults.append(Fault("events.delete", skip=1))
    assert "by hand" in wrong(await look(line))
    google.invitations.role = None
    assert "GOOGLE_INVITATIONS_CALENDAR_ID" in wrong(await look(line))
    line = settings(google, tmp_path, monkeypatch, service="yes", **apart)
    assert "a service account can invite nobody" in wrong(await look(line))


async def test_a_wrong_client_file_is_told(tmp_path: Path) -> None:
    """The error comes before a browser opens."""
    options = AuthorizeOptions(tmp_path / "none.json", tmp_path / "out.json", "")
    with pytest.raises(NotAuthorizedError, match="Desktop app"):
        await authorize(Settings.load("demo"), options, lambda _: None)
