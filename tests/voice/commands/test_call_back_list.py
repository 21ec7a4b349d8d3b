"""`screening-line callbacks` lists open call-backs and marks them done."""

import psycopg
import pytest
from support.command_line import Run

HEADER = "Call-back requests of the live line:"


@pytest.fixture
def requests(database: object, migrated: str) -> None:
    """Two open requests, one without a number."""
    del database
    with psycopg.connect(migrated) as conn:
        conn.execute(
            "INSERT INTO call_back (call_sid, reason, number, language, asked_at) VALUES"
            " ('CA2', 'a person', NULL, 'es', '2026-12-01 18:00Z'),"
            " ('CA1', 'safety: numb', '+14255550123', 'en', '2026-12-01 17:05Z')"
        )


def plain(said: str) -> list[str]:
    return [" ".join(line.split()) for line in said.splitlines()]


@pytest.mark.usefixtures("requests")
def test_the_list_says_whose_it_is_who_waits_and_how_to_mark_it_done(live: Run) -> None:
    """The list shows time, number, language and reason, the longest wait first."""
    code, said = live("callbacks")
    assert code == 0
    assert plain(said) == [
        HEADER,
        "No. Asked at Phone number Language Reason",
        "2 Tue Dec 01 09:05 (425) 555-0123 English safety: numb",
        "1 Tue Dec 01 10:00 number withheld Spanish a person",
        "After the call: screening-line callbacks --done NO (or the phone number)",
    ]


@pytest.mark.parametrize(
    "which", ["2", "#2", " 2 ", "(425) 555-0123", "425-555-0123", "+14255550123", "14255550123"]
)
@pytest.mark.usefixtures("requests")
def test_a_request_is_marked_done_by_its_number_or_the_phone_number(live: Run, which: str) -> None:
    """A request is marked done by its id or by its phone number."""
    code, said = live("callbacks", "--done", which)
    assert (code, plain(said)) == (
        0, [HEADER, "Done: request 2, (425) 555-0123, safety: numb."],
    )  # fmt: skip
    assert "safety" not in live("callbacks")[1]


@pytest.mark.usefixtures("database")
def test_one_number_is_one_entry_with_every_reason_and_the_promise(
    live: Run, migrated: str
) -> None:
    """An overdue one says so, comes before the others, and is done at once."""
    with psycopg.connect(migrated) as conn:
        conn.execute(
            "INSERT INTO call_back (call_sid, reason, number, language, asked_at, promised_from,"
            " promised_until) VALUES"
            " ('CA1', 'no open time', '+14255550122', 'en', now() - interval '1 minute', NULL,"
            "  NULL),"
            " ('CA2', 'asked for a person', '+14255550123', 'en', now(), '2020-12-01 17:00Z',"
            "  '2020-12-01 20:00Z'),"
            " ('CA3', 'no open time', '+14255550123', 'en', now(), NULL, NULL)"
        )
    _, __, *entries, ___ = plain(live("callbacks")[1])
    assert entries[0].endswith("(425) 555-0123 English OVERDUE: asked for a person")
    assert entries[1:3] == ["no open time", "promised for Tue Dec 1, morning"]
    assert entries[3].endswith("(425) 555-0122 English no open time")
    assert len(live("callbacks", "--done", "3")[1].splitlines()) == 3
    assert "0123" not in live("callbacks")[1]


@pytest.mark.parametrize("which", ["9", "999999", "206-555-0100", "nobody", "", "\u0661", "-1e9"])
@pytest.mark.usefixtures("requests")
def test_a_request_that_is_not_there_is_an_error(live: Run, which: str) -> None:
    """The exit code is 1, the message says what to give, and nothing is marked."""
    code, said = live("callbacks", f"--done={which}")
    assert code == 1
    assert f"There is no open request {which}. Give the number at the start of a line" in said
    assert len(live("callbacks")[1].splitlines()) == 5


@pytest.mark.usefixtures("database")
def test_an_empty_list_and_an_unread_calendar_are_said(live: Run, migrated: str) -> None:
    """The list says when nobody waits and when the calendar has not been read lately."""
    assert plain(live("callbacks")[1]) == [HEADER, "No open call-back requests."]
    with psycopg.connect(migrated) as conn:
        conn.execute(
            "INSERT INTO calendar_cursor (cursor, read_at) VALUES ('1', '2025-11-20 17:05Z')"
        )
    assert plain(live("callbacks")[1])[1].startswith("The calendar was last read on Thu Nov 20 ")


@pytest.mark.usefixtures("requests")
def test_a_wrong_setting_of_something_else_hides_no_request(
    live: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list works while the settings of Twilio or Google are wrong."""
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "wrong")
    monkeypatch.setenv("OPENING_HOURS", "always")
    monkeypatch.delenv("PUBLIC_BASE_URL")
    assert "(425) 555-0123" in live("callbacks")[1]
