"""Settings: read from the environment, refused all at once, and described in `.env.example`."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr
from support import live_settings

from voice.errors import SettingsError
from voice.setting_fields import REQUIRED
from voice.settings import DEMO_ACCOUNT, UNNAMED_CLINICIAN, Settings

ROOT = Path(__file__).parents[2]
LIVE = {
    **live_settings.LIVE,
    "PUBLIC_BASE_URL": "https://line.example.org/",
    "TWILIO_AUTH_TOKEN": "new-token , old-token",
}


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An environment without settings, in a folder without `.env`."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def live(monkeypatch: pytest.MonkeyPatch, **others: str) -> Settings:
    for name, value in {**LIVE, **others}.items():
        monkeypatch.setenv(name, value)
    return Settings.load("live")


def example() -> str:
    """The expected contents of `.env.example`."""
    lines = [
        "# The settings of Screening Line. A demo needs none of them. For a live line, copy this",
        "# file to .env and uncomment what you set; an empty value counts as not set.",
        "",
        "# ---- Every clinic must set these ----",
    ]
    for name, field in Settings.model_fields.items():
        default = "" if name in {*REQUIRED, *UNNAMED_CLINICIAN} else field.default
        if name == list(Settings.model_fields)[len(REQUIRED)]:
            lines += ["", "# ---- Every setting below has a default ----"]
        if isinstance(default, SecretStr | frozenset):
            default = ""
        value = f"./{default}" if isinstance(default, Path) else default
        lines += ["", f"# {field.description}", f"# {name.upper()}={value}"]
    return "\n".join(lines) + "\n"


def test_env_example_lists_every_setting_with_its_meaning_and_default() -> None:
    """.env.example lists the settings as the code does, required ones first."""
    assert tuple(Settings.model_fields)[: len(REQUIRED)] == REQUIRED
    assert (ROOT / ".env.example").read_text("utf-8") == example()


def test_the_example_as_it_stands_is_good_enough_for_a_demo(tmp_path: Path) -> None:
    """Every line of the example can be uncommented and is valid."""
    given = (line.removeprefix("# ") for line in example().splitlines() if "=" in line)
    (tmp_path / ".env").write_text("\n".join(given))
    assert Settings.load("demo").clinic_number == "+14252025687"


def test_a_demo_needs_nothing_and_has_a_new_token_each_time() -> None:
    """A demo needs no account, uses a local address, and signs with a random token."""
    first, second = Settings.load("demo", 8123), Settings.load("demo", 8123)
    assert first.public_base_url == "http://127.0.0.1:8123"
    assert first.tokens != second.tokens
    assert len(first.tokens[0]) == 32
    assert first.twilio_account_sid == DEMO_ACCOUNT


def test_a_demo_uses_nothing_of_the_real_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """A real token in the environment does not sign a demo's requests."""
    live(monkeypatch)
    demo = Settings.load("demo")
    assert not {"new-token", "old-token"} & set(demo.tokens)
    assert demo.twilio_account_sid == DEMO_ACCOUNT
    assert demo.database_name == "demo"


def test_live_needs_the_account_and_the_clinics_own_facts() -> None:
    """All missing settings are named at once, and the demo clinic's facts do not count."""
    with pytest.raises(SettingsError) as refused:
        Settings.load("live")
    assert str(refused.value).startswith("Fix these settings:")
    for name in LIVE:
        assert f"{name}: missing" in str(refused.value)
    assert "set it in .env" in str(refused.value)


def test_everything_wrong_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wrong and missing settings are named together, each with an example of a valid value."""
    wrong = {
        "OPENING_HOURS": ("Mon 9-5", "Mon-Fri 09:00-12:00 13:00-17:00"),
        "CLINIC_TIME_ZONE": ("Mars", "America/Los_Angeles"),
        "CLOSED_DATES": ("2026-12-24 2026-13-01", "and us-federal for the federal"),
        "STAFF_NUMBER": ("call me", "+12065550199"),
        "CLINIC_EMAIL": ("nobody", "info@example.org"),
        "HORIZON_DAYS": ("0", "write a whole number from 1 to 60"),
        "NOTICE_HOURS": ("four", "'four' cannot be used; write a whole number from 0 to 720"),
        "BUFFER_MINUTES": ("1.5", "write a whole number from 0 to 480"),
        "DATABASE_URL": ("mysql://h/d", "postgresql://user:password@host:5432/database"),
        "CALENDAR_DETAIL": ("some", "write full or minimal"),
        "VIDEO_URL": ("ftp://x", "https://"),
        "RECORDINGS_DIR": ("/no/such", "is not a folder here; create it, or leave the setting"),
    }
    for name, (value, _) in wrong.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        Settings.load("live")
    lines = dict(line.strip().split(": ", 1) for line in str(refused.value).splitlines()[1:])
    assert lines.keys() == wrong.keys() | LIVE.keys()
    for name, (_, remedy) in wrong.items():
        assert remedy in lines[name]


def test_a_name_that_is_no_setting_is_refused_in_the_file(tmp_path: Path) -> None:
    """A misspelled name in .env is refused, as the default would silently apply."""
    (tmp_path / ".env").write_text("OPENING_HOUR=Mon 09:00-10:00\n")
    with pytest.raises(SettingsError, match=r"OPENING_HOUR is not a setting.*\.env\.example"):
        Settings.load("demo")


@pytest.mark.parametrize(
    "address",
    [
        "http://line.example.org",
        "line.example.org",
        "https://",
        "https://a.b/?x=1",
        "https://u@a.b",
    ],
)
def test_the_public_address_is_https(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """Only loopback addresses may be reached without encryption."""
    with pytest.raises(SettingsError, match="PUBLIC_BASE_URL"):
        live(monkeypatch, PUBLIC_BASE_URL=address)
    local = live(monkeypatch, PUBLIC_BASE_URL="http://127.0.0.1:8000")
    assert local.public_base_url == "http://127.0.0.1:8000"


def test_a_secret_is_never_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the settings nor an error message shows a secret."""
    secrets = {"TWILIO_AUTH_TOKEN": "s3cret", "DATABASE_URL": "postgresql://u:pw@h/d"}
    settings = live(monkeypatch, **secrets)
    assert "s3cret" not in repr(settings)
    assert "pw@" not in repr(settings)
    with pytest.raises(SettingsError) as refused:
        live(monkeypatch, TWILIO_ACCOUNT_SID="s3cret", HORIZON_DAYS="x")
    assert "s3cret" not in str(refused.value)


def test_values_are_tidied(monkeypatch: pytest.MonkeyPatch) -> None:
    """White space is stripped, numbers become E.164, and lists are split."""
    settings = live(
        monkeypatch,
        CLINIC_NAME="  The Clinic ",
        STAFF_NUMBER="(425) 555-0142",
        CLOSED_DATES="2026-12-25, 2026-12-24",
        GOOGLE_BUSY_CALENDAR_IDS="a@x.org, b@x.org,",
        VIDEO_URL="",
    )
    assert settings.public_base_url == "https://line.example.org"
    assert settings.tokens == ("new-token", "old-token")
    assert settings.clinic_name == "The Clinic"
    assert settings.staff_number == "+14255550142"
    assert settings.busy_calendar_ids == ("a@x.org", "b@x.org")
    assert settings.rules.closed_dates == {date(2026, 12, 24), date(2026, 12, 25)}
    assert settings.rules.zone.key == "America/Los_Angeles"
    assert settings.video_url == ""


def test_federal_holidays_can_be_closed_beside_dates(monkeypatch: pytest.MonkeyPatch) -> None:
    """`us-federal`, in any case, closes the federal holidays of this and later years."""
    closed = live(monkeypatch, CLOSED_DATES="2026-12-24, US-federal").rules.closed_dates
    year = datetime.now(UTC).year
    assert {date(2026, 12, 24), date(year, 12, 25), date(year + 5, 12, 25)} <= closed


def test_staff_commands_are_not_stopped_by_settings_they_do_not_use(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Wrong and unknown settings that a command does not use are ignored; needed ones are named."""
    (tmp_path / ".env").write_text("OPENING_HOUR=x\nOPENING_HOURS=always\nHORIZON_DAYS=0\n")
    needed = {"clinic_time_zone", "database_url"}
    monkeypatch.setenv("CLINIC_TIME_ZONE", "America/Denver")
    read = Settings.load_only(needed, "live")
    assert (read.clinic_time_zone, read.horizon_days) == ("America/Denver", 14)
    monkeypatch.setenv("CLINIC_TIME_ZONE", "Mars")
    with pytest.raises(SettingsError) as refused:
        Settings.load_only(needed, "live")
    assert [line.split(":")[0].strip() for line in str(refused.value).splitlines()[1:]] == [
        "CLINIC_TIME_ZONE"
    ]


def test_a_live_line_names_only_its_own_clinician(monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo's clinician is never named on a live line."""
    unnamed = live(monkeypatch)
    assert unnamed.clinician_spoken_en == "Our physical therapist"
    named = live(monkeypatch, CLINICIAN_SPOKEN_EN="Doctor Ann Lee")
    assert named.clinician_spoken_en == "Doctor Ann Lee"
