"""No key sequence gets past a safety question; `tests/support/paths.py` searches deeper."""

import pytest
from support.paths import SAFE, SEEDS, STOPS, Seed, prove, unsafe

from voice.flows import clinical_wording as wording


def test_no_string_of_six_keys_is_offered_a_time_past_a_question() -> None:
    """Every sequence of six keys from the greeting is tried, once for each situation."""
    followed, broken = prove(6, SEEDS[:1])
    assert followed > 5000
    assert broken == []


def test_no_string_from_anywhere_is_offered_a_time_past_a_question() -> None:
    """Three keys are tried from the middle, after going back, after a transfer, and later on."""
    followed, broken = prove(3, SEEDS[1:])
    assert followed > 3000
    assert broken == []


def test_the_search_finds_a_question_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The search reports a missing question, so it can fail."""
    monkeypatch.setattr(wording, "BEFORE_BOOKING", wording.BEFORE_BOOKING[:-1])
    _, broken = prove(2, [Seed(("1", *SAFE[:4]))])
    assert broken
    assert {each.broken for each in broken} == {f"{STOPS[-1]} was left with None"}


def test_the_rule_knows_a_yes_and_a_missing_no() -> None:
    """Each way to break the rule is found, including a yes followed by a no."""
    safe = tuple((step, "2") for step in STOPS)
    assert unsafe(safe) == ""
    assert unsafe(safe[:-1]) == f"{STOPS[-1]} was left with None"
    assert unsafe((*safe, (STOPS[0], "3"), (STOPS[0], "2"))) == f"3 at {STOPS[0]}"
    assert unsafe((*safe, (STOPS[0], ""))) == f"{STOPS[0]} was left with ''"
