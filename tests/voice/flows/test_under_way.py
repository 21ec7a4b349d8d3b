"""Calls in progress when the safety questions change neither fail nor skip a question."""

import pytest
from support.pure_call import CALLER, PureCall

from voice.dialogue.turns import Listening
from voice.flows.clinical_wording import EARLIER_QUESTIONS

OLD = tuple(EARLIER_QUESTIONS)


def journal(noes: int, **more: str) -> dict[str, str]:
    """The journal of a call that answered no to some of the former five questions."""
    answered = {f"safety.{name}~0": "2" for name in OLD[:noes]}
    named = {name.replace("__", "~").replace("_", "."): value for name, value in more.items()}
    return {"caller": CALLER, "greeting~0": "1", **answered, **named}


@pytest.mark.parametrize("noes", range(6))
def test_whoever_was_in_the_questions_is_asked_the_new_ones(noes: int) -> None:
    """A no to an old question does not answer a new one."""
    call = PureCall(journal=journal(noes))
    assert isinstance(call.here, Listening)
    assert call.here.step == "safety.chest"


@pytest.mark.parametrize("name", OLD)
@pytest.mark.parametrize("key", ["1", "3"])
def test_an_old_yes_stays_a_stop(name: str, key: str) -> None:
    """The advice is said, and no further question is asked."""
    asked = journal(OLD.index(name)) | {f"safety.{name}~0": key}
    call = PureCall(journal=asked)
    assert EARLIER_QUESTIONS[name].words.en in call.words


def test_whoever_was_booked_is_asked_nothing_twice() -> None:
    """The rest of the call continues."""
    call = PureCall().presses("1", *"222222", "#", "1", "1", "")
    assert "You are booked" in call.words
    before = {name: value for name, value in call.journal.items() if "safety" not in name}
    again = PureCall(journal=journal(5) | before)
    assert "You are booked" in again.words
