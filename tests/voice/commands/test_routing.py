"""The command `routing` shows and switches how calls are answered."""

from datetime import datetime
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import AsyncConnectionPool
from support.clinic import SetClock
from support.command_line import Run
from support.data_key import DATA_KEY
from support.live_settings import LIVE

from voice import routing
from voice.commands import routing as command
from voice.settings import Settings


@pytest.fixture
def settings(
    database: AsyncConnectionPool, migrated: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Settings:
    """Settings of a line on that database, with a staff phone; its time zone is Pacific."""
    del database
    monkeypatch.chdir(tmp_path)
    more = {"DATABASE_URL": migrated, "DATA_KEY": DATA_KEY, "STAFF_NUMBER": "+14255550142"}
    for name, value in {**LIVE, **more}.items():
        monkeypatch.setenv(name, value)
    return Settings.load("live")


async def test_without_a_switch_the_setting_is_shown(settings: Settings, now: SetClock) -> None:
    """And it is called that."""
    assert await command.shown(settings, now()) == [
        "line: the line answers.",
        "That is the ROUTING setting.",
    ]


@pytest.mark.parametrize(
    ("written", "ends"),
    [
        ("17:00", "Mon Nov 30 17:00"),
        ("07:00", "Tue Dec 1 07:00"),
        ("2026-12-24 12:00", "Thu Dec 24 12:00"),
        ("2026-12-24T12:00", "Thu Dec 24 12:00"),
    ],
)
async def test_a_switch_may_have_an_end(
    settings: Settings, now: SetClock, written: str, ends: str
) -> None:
    """A time alone is the next such time in the clinic; then the setting rules."""
    lines = await command.switch(settings, "paused", written, now())
    assert f"until {ends}; then the ROUTING setting, line" in lines[1]
    assert await command.shown(settings, now()) == lines
    now.forward(days=30)
    assert (await command.shown(settings, now()))[0] == "line: the line answers."


async def test_a_switch_without_an_end_stays_until_the_next(
    settings: Settings, now: SetClock, database: AsyncConnectionPool
) -> None:
    """`setting` ends it."""
    await command.switch(settings, "after-hours", None, now())
    now.forward(days=300)
    assert "until it is switched again" in (await command.shown(settings, now()))[1]
    await command.switch(settings, command.SETTING, None, now())
    async with database.connection() as conn:
        assert await routing.switched(conn, now()) is None


@pytest.mark.parametrize(
    ("name", "until", "why"),
    [
        ("pause", None, "is none of line, staff-first, after-hours, paused, setting"),
        ("paused", "at five", "is not a time"),
        ("paused", "2026-11-30 07:00", "is over already"),
        ("setting", "17:00", "should be in force until then"),
    ],
)
async def test_what_cannot_be_switched_changes_nothing(
    settings: Settings, now: SetClock, name: str, until: str | None, why: str
) -> None:
    """The message says what to write."""
    with pytest.raises(command.RoutingError, match=why):
        await command.switch(settings, name, until, now())
    assert len(await command.shown(settings, now())) == 2


@pytest.mark.usefixtures("database")
def test_the_command_line_switches_and_shows(live: Run) -> None:
    """A live line without a staff phone can be paused, and says until when."""
    assert live("routing")[1].splitlines()[1] == "line: the line answers."
    code, said = live("routing", "paused", "--until", "2036-12-24 17:00")
    assert code == 0
    assert "until Wed Dec 24 17:00; then the ROUTING setting, line" in said
    assert live("routing")[1] == said
    code, said = live("routing", "staff-first")
    assert (code, "set STAFF_NUMBER first" in said) == (1, True)
    assert live("routing", "--until", "17:00")[0] == 2


def _any_key(*_: object) -> None:
    """The tests' database has a key, which a demo never uses."""


async def test_a_demo_has_a_staff_phone(
    settings: Settings, now: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It can be switched to what rings staff without any setting."""
    own = conninfo_to_dict(settings.database_url.get_secret_value())["dbname"]
    demo = Settings.load("demo")
    monkeypatch.setattr(type(demo), "database_name", own)
    monkeypatch.setattr("voice.database.connection.require_fitting_key", _any_key)
    without = demo.model_copy(update={"staff_number": ""})
    assert (await command.switch(without, "staff-first", None, now()))[0].startswith("staff-first")


def test_the_time_of_a_daylight_saving_day() -> None:
    """An end is a local time: on the day after the change it is an hour later in UTC."""
    settings = Settings.load("demo")
    now = datetime.fromisoformat("2026-10-31T20:00:00-07:00")
    end = command._end("2026-11-01 09:00", settings, now)  # noqa: SLF001  # pure
    assert end == datetime.fromisoformat("2026-11-01T09:00:00-08:00")
