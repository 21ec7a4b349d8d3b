"""Who read about people on the command line is recorded, and `screening-line read-log` shows it."""

import os
import pwd

import psycopg
import pytest
from support.command_line import Run

from voice import read_log

HEADER = "Who read about callers of the live line:\n"


@pytest.fixture
def _people(database: object, migrated: str) -> None:
    """Two callers who wait for a call, and a text that failed."""
    del database
    with psycopg.connect(migrated) as conn:
        conn.execute(
            "INSERT INTO call_back (call_sid, reason, number, language) VALUES"
            " ('CA1', 'a person', '+14255550123', 'en'), ('CA2', 'a person', NULL, 'en')"
        )
        conn.execute(
            "INSERT INTO booking (call_sid, step, during, state, expires_at) VALUES"
            " ('CA1', 'h', tstzrange('2099-12-01 18:00Z', '2099-12-01 18:20Z'), 'booked', now())"
        )
        conn.execute(
            "INSERT INTO text (booking, name, kind, about, number, due, state) SELECT"
            " id, 'x', 'booked', '2099-12-01 18:00Z', '+14255550123', now(), 'owed' FROM booking"
        )


def reads(said: str) -> list[list[str]]:
    """People, command and user of each line."""
    return [line[16:].split() for line in said.splitlines()[2:]]


@pytest.mark.usefixtures("_people")
def test_each_command_that_shows_people_is_recorded(
    live: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The record names the process's user, whatever the environment says, and nobody shown."""
    monkeypatch.setenv("USER", "somebody-else")
    monkeypatch.setenv("LOGNAME", "somebody-else")
    monkeypatch.delenv("SUDO_USER", raising=False)
    live("callbacks")
    live("jobs")
    live("callbacks", "--done", "1")
    code, said = live("read-log")
    me = pwd.getpwuid(os.getuid()).pw_name
    assert code == 0
    assert said.startswith(HEADER)
    assert reads(said) == [
        ["2", "callbacks", me],
        ["1", "jobs", me],
        ["1", "callbacks", "--done", me],
    ]
    assert "0123" not in said


@pytest.mark.usefixtures("database")
def test_a_command_that_shows_nobody_is_not_recorded_as_if_it_did(live: Run) -> None:
    """Figures and jobs without texts are about nobody; an empty list of call-backs is recorded."""
    live("report")
    live("jobs")
    assert live("read-log") == (0, f"{HEADER}Nobody has read about anyone.\n")
    live("callbacks")
    assert reads(live("read-log")[1])[0][:2] == ["0", "callbacks"]


@pytest.mark.usefixtures("_people")
def test_what_cannot_be_recorded_is_not_shown(live: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the record cannot be written, neither callers nor texts are listed."""

    async def fail(*_: object) -> None:
        message = "disk full"
        raise psycopg.OperationalError(message)

    monkeypatch.setattr(read_log, "record", fail)
    for command in ("callbacks", "jobs"):
        with pytest.raises(psycopg.OperationalError):
            live(command)


@pytest.mark.usefixtures("_people")
def test_read_log_goes_back_as_many_days_as_asked(live: Run, migrated: str) -> None:
    """Without `--days`, thirty."""
    live("callbacks")
    with psycopg.connect(migrated) as conn:
        conn.execute("UPDATE command_view SET at = now() - interval '31 days'")
    assert live("read-log") == (0, f"{HEADER}Nobody has read about anyone.\n")
    assert reads(live("read-log", "--days", "32")[1])[0][:2] == ["2", "callbacks"]


def test_sudo_is_seen_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who becomes root by sudo is named too; nobody else can name another user that way."""
    monkeypatch.setenv("SUDO_USER", "anna")
    monkeypatch.setattr(os, "getuid", lambda: 0)
    assert read_log.os_user() == "root (sudo by anna)"
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000)
    assert read_log.os_user() == "uid 4000000"
