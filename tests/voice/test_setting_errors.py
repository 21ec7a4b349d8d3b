"""A refused setting is explained in our own words, without its value, which may be a secret."""

from pathlib import Path

import pytest
from support.live_settings import LIVE

from voice.errors import SettingsError
from voice.settings import Settings

PYDANTIC = ("Input should", "valid ", "unable to", "Value error", "pydantic", "Extra inputs")


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


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
@pytest.mark.parametrize("value", ["\x01", "9" * 5000, "-1", "\udcff", "{}", "\u0661"])
def test_every_refusal_is_in_our_words(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """Each refusal names the setting and says what to write."""
    refused = ""
    try:
        live(monkeypatch, **{name.upper(): value})
    except SettingsError as error:
        refused = str(error)
    assert not [words for words in PYDANTIC if words in refused]
    if refused:
        first, *lines = refused.splitlines()
        assert first == "Fix these settings:"
        assert any(line.startswith(f"  {name.upper()}: ") for line in lines)


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    """A .env file in another encoding is refused with a remedy."""
    (tmp_path / ".env").write_bytes(b"CLINIC_NAME=Caf\xe9\n")
    with pytest.raises(SettingsError, match="save it as UTF-8"):
        Settings.load("demo")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:s3cr%zzet@h/d",
        "postgresql://u:s3cr@et@h/d",
        "postgresql://u:s3cr/et@h/d",
        "postgresql://u:12/s3cret@h/d",
        "postgresql://u:s3cr et@h/d",
        "postgresql://u:s3cret@h:port/d",
        "mysql://u:s3cret@h/d",
        "u:s3cret@h/d",
        "postgresql//u:s3cret@h/d",
    ],
)
def test_a_database_url_that_does_not_parse_is_refused_without_its_password(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    """One line says what is accepted and shows no part of the value, which may hold a password."""
    with pytest.raises(SettingsError) as refused:
        live(monkeypatch, DATABASE_URL=url)
    [line] = str(refused.value).splitlines()[1:]
    assert line.startswith("  DATABASE_URL: it cannot be parsed; write it like postgresql://user:")
    assert "s3cr" not in line


@pytest.mark.parametrize("scheme", ["postgresql+psycopg", "postgres+asyncpg", "postgresql"])
def test_a_database_url_with_a_driver_is_understood(
    monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    """A database URL with a driver is accepted, as SQLAlchemy and hosted databases write it."""
    given = live(monkeypatch, DATABASE_URL=f"{scheme}://u:p%40w@h/d").database_url
    assert given.get_secret_value() == "postgresql://u:p%40w@h/d"
