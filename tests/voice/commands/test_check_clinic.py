"""The check names holidays that nobody closed, open agreements, and a sign-in that ends."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from voice.commands import check_clinic, check_sign_in
from voice.settings import Settings

TODAY = date(2026, 11, 2)
"""A Monday; Veterans Day and Thanksgiving are ahead, New Year's Day is sixty days away."""
NOW = datetime(2026, 11, 30, 16, tzinfo=UTC)


def clinic(**more: object) -> Settings:
    """A live line's settings."""
    given: dict[str, object] = {"opening_hours": "Mon-Fri 09:00-17:00", **more}
    return Settings().model_copy(update=given)


def test_holidays_that_nobody_closed_are_named() -> None:
    """Only those on which the clinic is open, in the days that can be offered."""
    [(state, says)] = check_clinic.holidays(clinic(), TODAY)
    assert state == "note"
    assert "Veterans Day (Wed 2026-11-11), Thanksgiving" in says
    assert "Christmas Day (Fri 2026-12-25), New Year's Day (Fri 2027-01-01); if" in says
    closed = frozenset(date(2026, 11, day) for day in (11, 26))
    [(state, says)] = check_clinic.holidays(clinic(closed_dates=closed), TODAY)
    assert "Thanksgiving" not in says
    assert "Christmas Day" in says
    for more in ({"opening_hours": "Tue 09:00-12:00"}, {"opening_hours": "Sat-Sun 09:00-12:00"}):
        assert check_clinic.holidays(clinic(**more), TODAY)[0][0] == "ok"
    assert check_clinic.holidays(clinic(availability="calendar"), TODAY) == []


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"baa_twilio": "yes", "baa_google": "not-needed"}, [("ok", "events are full")]),
        (
            {"baa_google": "yes"},
            [("note", "BAA_TWILIO is not answered, so events hold no answers, although")],
        ),
        (
            {"baa_twilio": "yes", "baa_google": "no"},
            [("wrong", "BAA_GOOGLE=no: HIPAA applies and no agreement with Google is signed")],
        ),
        (
            {"calendar_detail": "minimal"},
            [("note", "BAA_TWILIO is not answered"), ("note", "BAA_GOOGLE is not answered")],
        ),
    ],
)
def test_open_agreements_are_told_with_what_follows(
    answers: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    """A missing answer is a note; a missing agreement that is needed is wrong."""
    lines = check_clinic.agreements(clinic(google_credentials_file="google.json", **answers))
    assert [state for state, _ in lines] == [state for state, _ in expected]
    for (_, says), (_, words) in zip(lines, expected, strict=True):
        assert words in says


@pytest.mark.parametrize(
    ("age", "ends_in", "expected"),
    [
        (0, None, ("note", "0 days old; if the app is in testing, it ends in 7 days; publish")),
        (6, None, ("note", "6 days old; if the app is in testing, it ends in 1 day; publish")),
        (9, None, ("ok", "9 days old and has no known end")),
        (0, 7, ("note", "the sign-in ends in 7 days; publish the app in Google's console")),
        (5, 2, ("wrong", "the sign-in ends in 2 days; publish")),
        (8, -1, ("wrong", "the sign-in ended; publish")),
    ],
)
def test_the_end_of_the_sign_in_is_told_as_far_as_known(
    tmp_path: Path, age: int, ends_in: int | None, expected: tuple[str, str]
) -> None:
    """Of an app in testing it is seven days; Google tells the end of some sign-ins."""
    ends_at = None if ends_in is None else (NOW + timedelta(days=ends_in)).isoformat()
    kept = {"signed_in_at": (NOW - timedelta(days=age)).isoformat(), "ends_at": ends_at}
    file = tmp_path / "google.json"
    file.write_text(json.dumps(kept))
    [(state, says)] = check_sign_in.look(file, NOW)
    assert state == expected[0]
    assert expected[1] in says


@pytest.mark.parametrize("content", ["{}", "[]", "nonsense", '{"signed_in_at": 3}'])
def test_a_sign_in_without_a_date_is_not_judged(tmp_path: Path, content: str) -> None:
    """A service account's key has none, nor has a file of an earlier version."""
    file = tmp_path / "google.json"
    file.write_text(content)
    assert check_sign_in.look(file, NOW) == []
