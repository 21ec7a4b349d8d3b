"""No string of keys leads past a safety question; `tests/support/paths.py` looks deeper."""

import pytest
from support.paths import SAFE, SEEDS, STOPS, Seed, prove, unsafe

from voice.flows import clinical_wording as wording


def test_no_string_of_six_keys_is_offered_a_time_past_a_question() -> None:
    """All of them from the first word on, each situation once."""
    followed, broken = prove(6, SEEDS[:1])
    assert followed > 5000
    assert broken == []


def test_no_string_from_anywhere_is_offered_a_time_past_a_question() -> None:
    """Three keys more from mid-way, the way back, a person and back, the summary, the times."""
    followed, broken = prove(3, SEEDS[1:])
    assert followed > 3000
    assert broken == []


def test_the_search_finds_a_question_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search that can not fail would prove nothing."""
    monkeypatch.setattr(wording, "BEFORE_BOOKING", wording.BEFORE_BOOKING[:-1])
    _, broken = prove(2, [Seed(("1", *SAFE[:4]))])
    assert broken
    assert {each.broken for each in broken} == {f"{STOPS[-1]} was left with None"}


def test_the_rule_knows_a_yes_and_a_missing_no() -> None:
    """Each way to break it is one, also a yes that a later no followed."""
    safe = tuple((step, "2") for step in STOPS)
    assert unsafe(safe) == ""
    assert unsafe(safe[:-1]) == f"{STOPS[-1]} was left with None"
    assert unsafe((*safe, (STOPS[0], "3"), (STOPS[0], "2"))) == f"3 at {STOPS[0]}"
    assert unsafe((*safe, (STOPS[0], ""))) == f"{STOPS[0]} was left with ''"
