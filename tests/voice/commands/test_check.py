"""`screening-line check` lists what a live line lacks, with a remedy each."""

import json
from pathlib import Path

import pytest
from support.command_line import Run


def test_check_says_what_is_missing(run: Run) -> None:
    """Settings, database, calendar and wording are checked, and nothing is created."""
    code, said = run("check")
    assert code == 1
    assert "wrong  setting TWILIO_AUTH_TOKEN: missing" in said
    assert "note  database: the first start creates it in" in said
    assert "note  calendar: a local one" in said
    assert "UNSIGNED_WORDING=allow" in said


def test_check_looks_at_the_database(live: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database must answer, be durable and be migrated; a note is no failure."""
    monkeypatch.setenv("UNSIGNED_WORDING", "allow")
    code, said = live("check")
    assert code == 1
    assert said.count("wrong") == 1, "only the address of this computer"
    assert "ok  database: answers, and commits are durable" in said
    assert "ok  tables: version" in said
    assert "note  twilio sign-in: Twilio cannot be asked" in said
    assert "note  twilio from outside: nobody answers at http://127.0.0.1:9/voice/status" in said
    assert "note  wording:" in said


def test_check_tells_a_database_that_is_away(live: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line says what to check."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:pw@/x?host=/nowhere")
    code, said = live("check")
    assert code == 1
    assert "wrong  database: The database does not answer" in said
    assert "pw" not in said


@pytest.mark.parametrize(
    "address",
    ["http://localhost:8000", "http://127.0.0.1", "https://localhost", "http://[::1]:8000"],
)
def test_an_address_of_this_computer_is_not_complete(
    live: Run, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """Twilio cannot call a local address."""
    monkeypatch.setenv("PUBLIC_BASE_URL", address)
    code, said = live("check")
    assert code == 1
    assert f"wrong  setting PUBLIC_BASE_URL: only this computer can reach {address}; set" in said
    assert "settings: complete" not in said


def test_a_line_without_limits_is_not_complete(live: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """LIMITS=off is for load tests."""
    monkeypatch.setenv("LIMITS", "off")
    code, said = live("check")
    assert (code, "settings: complete" in said) == (1, False)
    assert "robots could take every opening" in said


@pytest.mark.parametrize("token", ["token", "2" * 31, "A" * 32, f"{'2' * 32},old"])
def test_a_token_that_cannot_be_one_is_not_complete(
    live: Run, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    """The check fails, as every call would be refused, and does not show the token."""
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", token)
    code, said = live("check")
    assert code == 1
    assert "wrong  setting TWILIO_AUTH_TOKEN: it cannot be an auth token" in said
    assert "settings: complete" not in said


def test_the_clinics_facts_are_shown_and_what_is_not_set(
    live: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Facts are shown with what a missing staff phone, video room or name means."""
    said = live("check")[1]
    facts = "Lakeside Physical Therapy, 206-555-0199, hello@lakeside.example, America/Los_Angeles"
    assert f"ok  clinic: {facts}\n" in said
    assert "note  setting STAFF_NUMBER is not set: key 0 rings no phone" in said
    assert "note  setting VIDEO_URL is not set: staff have to send each patient a" in said
    assert 'callers hear "Our physical therapist" in place of a name' in said
    for name, value in {
        "STAFF_NUMBER": "+12065550142",
        "VIDEO_URL": "https://video.example/room",
        "CLINICIAN_NAME": "Dr. Ann Lee",
    }.items():
        monkeypatch.setenv(name, value)
    said = live("check")[1]
    assert f"ok  clinic: {facts}, Dr. Ann Lee\n" in said
    assert "is not set:" not in said


def test_the_demo_clinics_facts_are_not_complete(
    live: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the demo's facts, a clinic would answer under another name."""
    for name in ("CLINIC_NAME", "CLINIC_NUMBER", "CLINIC_EMAIL", "CLINIC_TIME_ZONE"):
        monkeypatch.delenv(name)
    for command in ("check", "serve"):
        code, said = live(command)
        assert code == 1
        for name in ("CLINIC_NAME", "CLINIC_NUMBER", "CLINIC_EMAIL", "CLINIC_TIME_ZONE"):
            assert f"{name}: missing" in said


def test_a_secret_that_others_can_read_is_wrong(live: Run, tmp_path: Path) -> None:
    """The file is named, with the command that restricts it."""
    env = tmp_path / ".env"
    env.write_text("")
    env.chmod(0o644)
    code, said = live("check")
    assert code == 1
    assert "wrong  file .env: other users can read its secrets; run: chmod 600 .env" in said
    env.chmod(0o600)
    assert "other users" not in live("check")[1]


def test_the_findings_as_json(live: Run) -> None:
    """JSON has the same lines and whether any failed, as does the exit code."""
    code, said = live("check", "--json")
    found = json.loads(said)
    plain = [f"{each['state']:>5}  {each['says']}" for each in found["findings"]]
    assert (code, found["ok"]) == (1, False)
    assert plain == live("check")[1].splitlines()
