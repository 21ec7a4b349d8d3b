"""`screening-line staff-link`: a link that signs in to the staff page."""

import re

import psycopg
import pytest
from support.command_line import Run


@pytest.mark.usefixtures("database")
def test_a_link_is_printed_and_only_its_hash_is_stored(
    live: Run, monkeypatch: pytest.MonkeyPatch, migrated: str
) -> None:
    """The link has the line's public address and an explanation."""
    monkeypatch.setenv("STAFF_PAGE", "on")
    monkeypatch.setenv("PUBLIC_BASE_URL", "https://line.example.org/")
    code, said = live("staff-link")
    link, note = said.splitlines()
    assert code == 0
    token = re.fullmatch(r"https://line\.example\.org/staff/sign-in/([\w-]{22})", link)
    assert token
    assert note.startswith("It signs in one browser, once, within an hour.")
    with psycopg.connect(migrated) as conn:
        stored = conn.execute("SELECT hash, used_at FROM staff_link").fetchall()
    assert len(stored) == 1
    assert token[1].encode() not in stored[0][0]


@pytest.mark.usefixtures("database")
def test_without_the_page_there_is_no_link(live: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the page or an address, the exit code is 1 and the message says what to set."""
    assert live("staff-link") == (
        1,
        "The staff page is off. Set STAFF_PAGE=on in .env, restart the line, try again.",
    )
    monkeypatch.setenv("STAFF_PAGE", "on")
    monkeypatch.delenv("PUBLIC_BASE_URL")
    code, said = live("staff-link")
    assert code == 1
    assert "set PUBLIC_BASE_URL in .env" in said
