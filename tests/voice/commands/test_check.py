"""`screening-line check`: what a live line lacks, one line each, with the remedy."""

import pytest
from support.command_line import Run


def test_check_says_what_is_missing(run: Run) -> None:
    """Settings, database, calendar and wording, each with the remedy; nothing is made."""
    code, said = run("check")
    assert code == 1
    assert "wrong  setting TWILIO_AUTH_TOKEN: missing" in said
    assert "note  database: will be made in" in said
    assert "note  calendar: the local diary" in said
    assert "UNSIGNED_WORDING=allow" in said


def test_check_looks_at_the_database(live: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers, durable, up to date; a warning alone is no failure."""
    monkeypatch.setenv("UNSIGNED_WORDING", "allow")
    code, said = live("check")
    assert code == 0, said
    assert "ok  settings: complete" in said
    assert "ok  database: answers, and keeps what it acknowledged" in said
    assert "ok  tables: version" in said
    assert "note  twilio sign-in: Twilio cannot be asked" in said
    assert "note  twilio from outside: nobody answers at http://127.0.0.1:9/voice/status" in said
    assert "note  wording:" in said


def test_check_tells_a_database_that_is_away(live: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one line, with what to look at."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:pw@/x?host=/nowhere")
    code, said = live("check")
    assert code == 1
    assert "wrong  database: The database does not answer" in said
    assert "pw" not in said
