"""The command: every fault is one clear sentence with the remedy, and exit code 1."""

import socket
import sys
from collections.abc import Callable, Generator
from pathlib import Path

import psycopg
import pytest
from support.live_settings import LIVE

from voice import clinical_signoff
from voice.cli import main
from voice.database.embedded import Engine
from voice.settings import Settings

UNSIGNED = """[[signature]]
language = "en"
version = "draft"
sha256 = ""
signed_by = ""
licence = ""
date = ""
"""
Run = Callable[..., tuple[int, str]]


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, data_dir: Path) -> None:
    """A folder of its own, no settings but the data folder, and wording that nobody signed."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("DATA_DIR", str(data_dir))
    (tmp_path / "signatures.toml").write_text(UNSIGNED)
    monkeypatch.setattr(clinical_signoff, "FILE", tmp_path / "signatures.toml")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `screening-line` with these words; its exit code and all that it said."""

    def run(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["screening-line", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        seen = capsys.readouterr()
        code = ended.value.code
        if isinstance(code, str):
            return 1, seen.out + seen.err + code
        return code or 0, seen.out + seen.err

    return run


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch, migrated: str) -> None:
    """Settings of a live line on the tests' database."""
    away = {"PUBLIC_BASE_URL": "http://127.0.0.1:9", "TWILIO_API_URL": "http://127.0.0.1:9"}
    for name, value in {**LIVE, **away, "DATABASE_URL": migrated}.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def taken() -> Generator[str]:
    """A port that somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield str(other.getsockname()[1])


def test_a_taken_port_is_found_before_anything_is_started(
    run: Run, taken: str, data_dir: Path
) -> None:
    """Named with the remedy; no data folder was made."""
    code, said = run("demo", "--port", taken)
    assert code == 1
    assert f"port {taken}" in said
    assert "choose another one with --port" in said
    assert not data_dir.exists()


def test_a_second_line_on_the_same_data_is_refused(run: Run, data_dir: Path, port: str) -> None:
    """Two lines on one embedded engine would stop it under each other."""
    first = Engine(data_dir)
    first.claim()
    code, said = run("demo", "--port", port)
    first.stop()
    assert code == 1
    assert "Another Screening Line" in said
    assert "DATA_DIR" in said


def test_a_data_folder_that_cannot_be_used_is_told(run: Run, data_dir: Path, port: str) -> None:
    """With the remedy."""
    data_dir.write_text("in the way")
    code, said = run("demo", "--port", port)
    assert code == 1
    assert f"The data folder {data_dir} cannot be used" in said


def test_live_with_wrong_settings_does_not_start(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything wrong is named at once."""
    monkeypatch.setenv("OPENING_HOURS", "always")
    code, said = run("serve")
    assert code == 1
    for name in (*LIVE, "OPENING_HOURS"):
        assert name in said


@pytest.mark.usefixtures("live")
def test_unsigned_wording_keeps_a_live_line_from_starting(run: Run) -> None:
    """Patients hear only what a clinician answers for, unless somebody says otherwise."""
    code, said = run("serve")
    assert code == 1
    assert "not signed by a clinician" in said
    assert "UNSIGNED_WORDING=allow" in said


@pytest.mark.usefixtures("live")
def test_unsigned_wording_can_be_allowed_and_is_warned_of(
    run: Run, monkeypatch: pytest.MonkeyPatch, taken: str
) -> None:
    """The start goes on to the next thing: here the port, which is taken."""
    monkeypatch.setenv("UNSIGNED_WORDING", "allow")
    code, said = run("serve", "--port", taken)
    assert code == 1
    assert "Warning: " in said
    assert f"port {taken}" in said


def test_check_says_what_is_missing(run: Run) -> None:
    """Settings, database, calendar and wording, each with the remedy; nothing is made."""
    code, said = run("check")
    assert code == 1
    assert "wrong  setting TWILIO_AUTH_TOKEN: missing" in said
    assert "note  database: will be made in" in said
    assert "note  calendar: the local diary" in said
    assert "UNSIGNED_WORDING=allow" in said


@pytest.mark.usefixtures("live")
def test_check_looks_at_the_database(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers, durable, up to date; a warning alone is no failure."""
    monkeypatch.setenv("UNSIGNED_WORDING", "allow")
    code, said = run("check")
    assert code == 0, said
    assert "ok  settings: complete" in said
    assert "ok  database: answers, and keeps what it acknowledged" in said
    assert "ok  tables: version" in said
    assert "note  twilio sign-in: Twilio cannot be asked" in said
    assert "note  twilio from outside: nobody answers at http://127.0.0.1:9/voice/status" in said
    assert "note  wording:" in said


@pytest.mark.usefixtures("live")
def test_check_tells_a_database_that_is_away(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one line, with what to look at."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:pw@/x?host=/nowhere")
    code, said = run("check")
    assert code == 1
    assert "wrong  database: The database does not answer" in said
    assert "pw" not in said


@pytest.mark.usefixtures("live", "database")
def test_staff_see_who_waits_and_take_them_off_the_list(run: Run, migrated: str) -> None:
    """When, number, language and reason; the longest waiting first."""
    with psycopg.connect(migrated) as conn:
        conn.execute(
            "INSERT INTO call_back (call_sid, reason, number, language, asked_at) VALUES"
            " ('CA2', 'a person', NULL, 'es', '2026-12-01 18:00Z'),"
            " ('CA1', 'safety: numb', '+14255550123', 'en', '2026-12-01 17:05Z')"
        )
    code, said = run("callbacks")
    first, second = (" ".join(line.split()) for line in said.splitlines())
    assert code == 0
    assert first == "2 Tue Dec 01 09:05 (425) 555-0123 English safety: numb"
    assert second == "1 Tue Dec 01 10:00 number withheld Spanish a person"
    assert run("callbacks", "--done", "2") == (0, "Request 2 is done.\n")
    assert run("callbacks", "--done", "2") == (0, "No open request 2.\n")
    assert "safety" not in run("callbacks")[1]
    with psycopg.connect(migrated) as conn:
        conn.execute(
            "INSERT INTO calendar_cursor (cursor, read_at) VALUES ('1', '2025-11-20 17:05Z')"
        )
    said = run("callbacks")[1]
    assert said.startswith("The calendar was last read on Thu Nov 20 09:05: the line knows of no")


@pytest.mark.usefixtures("live", "database")
def test_staff_see_what_waits_and_what_failed_and_try_it_again(run: Run, migrated: str) -> None:
    """Jobs and texts in plain words, without numbers in full; then nothing has failed."""
    assert run("jobs") == (0, "Nothing waits, and nothing failed.\n")
    with psycopg.connect(migrated) as conn:
        conn.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status, attempts) VALUES"
            " ('default', 'calendar:insert_event', 'failed', 3),"
            " ('housekeeping', 'calendar:refresh_busy', 'failed', 0)"
        )
        conn.execute(
            "INSERT INTO booking (call_sid, step, during, state, expires_at) VALUES"
            " ('CA1', 'h', tstzrange('2099-12-01 18:00Z', '2099-12-01 18:20Z'), 'booked', now())"
        )
        conn.execute(
            "INSERT INTO text (booking, name, kind, about, number, due, state, error, sid) SELECT"
            " id, 'x', 'booked', '2099-12-01 18:00Z', '+14255550123', '2026-12-01 17:05Z',"
            " 'failed', 30007, 'SM1' FROM booking"
        )
        conn.execute("INSERT INTO text_alarm (code) VALUES (30034)")
    code, said = run("jobs")
    assert code == 0
    job, text, alarm = said.splitlines()
    assert job == "failed   1 x put a visit into the calendar, tried 3 times"
    assert text == (
        'failed   text "booked" to ··23, Tue Dec 01 09:05 (the phone company took it for spam)'
    )
    assert "register the number" in alarm
    assert run("jobs", "--retry") == (0, "Tried again within a minute: 1 jobs, 1 texts.\n")
    said = run("jobs")[1]
    assert "waits    1 x put a visit into the calendar" in said
    assert 'waits    text "booked" to ··23' in said


@pytest.fixture
def port() -> str:
    """A port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return str(free.getsockname()[1])
