"""Key 8 takes back one answer; language and speed stay."""

import pytest
from support.pure_call import CALLER, PHONES, PureCall

from voice.dialogue import twiml
from voice.dialogue.turns import Listening, Turn


def state(*keys: str) -> tuple[str, str, bool]:
    """The state of a call after these keys: step, language, and whether speech is slow."""
    here = PureCall().presses(*keys).here
    assert isinstance(here, Turn)
    return here.step.partition("-")[0], here.language, here.slow


@pytest.mark.parametrize(
    ("keys", "stands"),
    [
        ("918", ("greeting", "es", False)),
        ("9181", ("safety.chest", "es", False)),
        ("198", ("greeting", "es", False)),
        ("1981", ("safety.chest", "es", False)),
        ("19819", ("safety.chest", "en", False)),
        ("178", ("greeting", "en", True)),
        ("1278", ("safety.chest", "en", True)),
        ("12782", ("safety.stroke", "en", True)),
        ("129822", ("safety.toilet", "es", False)),
        ("12222988", ("safety.toilet", "es", False)),
        ("1229872", ("safety.toilet", "es", True)),
        ("91888", ("greeting", "es", False)),
        ("7918", ("greeting", "es", True)),
    ],
)
def test_what_was_chosen_stays(keys: str, stands: tuple[str, str, bool]) -> None:
    """Language and speed stay wherever 9 or 7 was pressed, however often the caller goes back."""
    assert state(*keys) == stands


def test_the_summary_is_heard_again_in_the_language_chosen_in_it() -> None:
    """Questions in between are asked again, so no old key changes the language."""
    keys = ("", "9", "1", "8", "")
    assert state(*keys)[1] == "es"
    assert state(*keys)[0].startswith("summary")


def test_a_person_can_be_asked_for_again_after_going_back() -> None:
    """The first request for a person does not count as the second."""
    call = PureCall().presses("1", "2", "0", "2", "8", "2")
    assert getattr(call.here, "step", "").startswith("safety.stroke")
    call.presses("0")
    assert "The clinic is closed now." in call.words


def test_a_call_of_an_earlier_version_goes_on() -> None:
    """An older version records only the step; it counts, and keeps language and speed."""
    journal = {
        "caller": CALLER,
        "greeting~0": "1",
        "safety.chest~0": "2",
        "safety.stroke~0": "8",
        "safety.stroke~0:back": "safety.chest",
    }
    here = PureCall(journal=journal).here
    assert isinstance(here, Listening)
    assert (here.step, here.number) == ("safety.chest-1", 0)
    call = PureCall(journal={**journal, "safety.chest-1~0": "2"})
    assert getattr(call.here, "step", "") == "safety.stroke"


def test_a_question_that_was_taken_back_is_heard_before_it_is_answered() -> None:
    """A repeated question must also be heard before it can be answered."""
    here = PureCall().presses("1", "2", "8").here
    assert isinstance(here, Listening)
    assert here.heard_first
    assert "safety.chest-1" in twiml.document(here, PHONES)


def test_nobody_goes_back_and_forth_for_ever() -> None:
    """Any call ends after 120 turns, including those that were taken back."""
    call = PureCall().presses("1")
    for _ in range(200):
        if call.over:
            break
        call.presses("2" if getattr(call.here, "step", "").startswith("safety.chest") else "8")
    assert call.over
    assert len(call.journal) < 300


def test_after_the_times_were_read_there_is_no_way_back_to_safety() -> None:
    """External effects cannot be taken back, so key 8 repeats the times."""
    call = PureCall().presses("1", *"222222", "#")
    assert "In Pacific time" in call.words
    assert "In Pacific time" in call.presses("8").words
