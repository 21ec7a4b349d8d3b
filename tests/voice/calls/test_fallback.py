"""When the line fails, the step in the URL alone decides what the caller hears."""

import pytest
from support.pure_call import CLINIC

from voice.calls.fallback import ADVICE, failed_turn, fallback_response
from voice.flows.clinical_wording import AFTER_BOOKING, BEFORE_BOOKING, EARLIER_QUESTIONS
from voice.language import Language

LANGUAGES: tuple[Language, ...] = ("en", "es")
STOPS = [*(question.name for question in BEFORE_BOOKING), *EARLIER_QUESTIONS]


def heard(step: str, keyed: str = "", language: Language = "en") -> str:
    """The fallback document for this step of a call."""
    url = f"https://line.example/voice/turn?at={step}&turn=2&in={language}#rc=2"
    [said] = fallback_response(CLINIC, failed_turn(url, keyed)).spoken
    assert said.language == language
    return said.words


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", STOPS)
def test_a_yes_gets_its_advice_twice(name: str, language: Language) -> None:
    """Yes and not sure get the advice twice, also for older questions and repeated ones."""
    advice = ADVICE[name].spoken_in(language)
    for key in "13":
        for step in (f"safety.{name}", f"safety.{name}-2"):
            assert heard(step, key, language).count(advice) == 2


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", STOPS)
def test_an_answer_that_is_not_known_gets_the_advice_for_a_yes(
    name: str, language: Language
) -> None:
    """With silence, another key or no digits, the fallback gives the advice for a yes."""
    advice = ADVICE[name].spoken_in(language)
    for key in ("", "0", "*", "5", "9"):
        words = heard(f"safety.{name}", key, language)
        assert words.endswith(advice)
        assert "9 1 1" in words or "urgent care" in words
    assert advice not in heard(f"safety.{name}", "2", language)


@pytest.mark.parametrize("name", STOPS)
@pytest.mark.parametrize("rest", ["keys", "keys.3", "person.ring", "number.optional-1", "1"])
def test_after_a_stop_every_step_has_its_advice(name: str, rest: str) -> None:
    """After a stop every step repeats its advice, whatever key was pressed, even a no."""
    for key in ("", "1", "2", "answered"):
        assert heard(f"advice.{name}.{rest}", key).count(ADVICE[name].en) == 2


@pytest.mark.parametrize("question", AFTER_BOOKING, ids=lambda question: question.name)
def test_a_flag_sends_to_the_doctor_and_does_not_undo_the_booking(question: object) -> None:
    """The visit may be booked, so the fallback does not deny it."""
    name = getattr(question, "name", "")
    assert heard(f"safety.{name}", "1").startswith("Please tell your doctor about that this week.")
    assert "Please tell your doctor" not in heard(f"safety.{name}", "2")
    assert "nothing is booked" not in heard(f"safety.{name}", "1")


@pytest.mark.parametrize(
    "url", ["", "/voice/incoming", "https://x.example/?at=", "http://[bad", "?at=advice.nobody.1"]
)
def test_any_other_address_gets_the_apology(url: str) -> None:
    """The apology says what to do in an emergency in its second sentence."""
    [said] = fallback_response(CLINIC, failed_turn(url, "1")).spoken
    assert said.words.startswith("Sorry, something went wrong on our side. In an emergency, hang")
