"""In served TwiML, a safety question says few signs, briefly, before any key is taken."""

from collections.abc import Iterator
from xml.etree import ElementTree as ET

import pytest
from support.pure_call import CALLER, PHONES, PureCall

from voice.dialogue import speech, twiml
from voice.dialogue.turns import Turn
from voice.flows.clinical_wording import (
    AFTER_BOOKING,
    BEFORE_BOOKING,
    MAX_SECONDS,
    MAX_SIGNS,
    SafetyQuestion,
)
from voice.flows.safety import INTRODUCTION
from voice.language import PAUSE, Language
from voice.simulator.twiml_document import Gather, Playback, parse

QUESTIONS = (*BEFORE_BOOKING, *AFTER_BOOKING)
LANGUAGES: tuple[Language, ...] = ("en", "es")
REPEATS = ("", "*", "#", "5", "7", "9")
"""Whatever asks the question again; 9 does so in the other language."""


def at(question: SafetyQuestion, language: Language) -> PureCall:
    """A call at the first attempt of the question."""
    call = PureCall(journal={"caller": CALLER})
    call.presses(*(["9"] if language == "es" else []), "1")
    if question in BEFORE_BOOKING:
        return call.presses(*["2"] * BEFORE_BOOKING.index(question))
    return call.presses(*["2"] * len(BEFORE_BOOKING), "#", "1", "1", "", "")


def askings(question: SafetyQuestion, language: Language) -> Iterator[tuple[PureCall, set[str]]]:
    """Every attempt that up to two keys lead to, with the languages heard before."""
    waiting = [(at(question, language), set[str](), 0)]
    while waiting:
        call, heard, depth = waiting.pop()
        here = call.here
        if not isinstance(here, Turn) or here.step != f"safety.{question.name}":
            continue
        yield call, heard
        if depth < 2:
            for key in REPEATS:
                further = PureCall(journal=dict(call.journal)).presses(key)
                waiting.append((further, heard | {here.language}, depth + 1))


def said(element: ET.Element) -> str:
    """The text of a verb and its children."""
    return " ".join("".join(element.itertext()).split())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_no_key_can_be_taken_before_the_signs_were_heard_once(
    question: SafetyQuestion, language: Language
) -> None:
    """The first time in a language, signs come before the Gather; a repeat can be interrupted."""
    checked = 0
    for call, heard in askings(question, language):
        here = call.here
        assert isinstance(here, Turn)
        root = ET.fromstring(twiml.document(here, PHONES))  # noqa: S314  # our own
        before, [gather] = [verb for verb in root if verb.tag == "Say"], root.findall("Gather")
        assert list(root)[-1] is gather
        words = said_before = " ".join(map(said, before))
        if here.language not in heard:
            checked += 1
            for sign in (question.lead, *question.signs):
                assert sign.spoken_in(here.language) in said_before
                assert sign.spoken_in(here.language) not in said(gather) or not sign
        else:
            assert words == ""
    assert checked >= 2


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_a_question_has_few_signs_and_takes_few_seconds(
    question: SafetyQuestion, language: Language
) -> None:
    """A question has three signs and takes 17 seconds with all that follows it, at normal speed.

    The sentence that introduces all of them comes before the first and is not counted.
    """
    assert 1 <= len(question.signs) <= MAX_SIGNS
    for sign in question.signs:
        assert sign.en.count("?") <= 1
    for call, _ in askings(question, language):
        here = call.here
        assert isinstance(here, Turn)
        if here.slow:
            continue
        document = parse(twiml.document(here, PHONES).encode())
        parts = [verb.segments for verb in document if isinstance(verb, Playback)]
        parts += [verb.prompt for verb in document if isinstance(verb, Gather)]
        spoken = sum(segment.seconds for part in parts for segment in part)
        silence = twiml.AFTER_KEY_SECONDS if here.after_key else 0.0
        whole = " ".join(segment.words for part in parts for segment in part)
        introduction = INTRODUCTION.about(number=str(len(BEFORE_BOOKING)))
        words = introduction.spoken_in(here.language)
        before = speech.seconds(words + PAUSE) if words.split(PAUSE)[0] in whole else 0.0
        assert spoken - silence - before <= MAX_SECONDS, (here.step, here.number, spoken)
        assert len(parts) <= 3


def test_the_words_are_the_lead_and_the_signs() -> None:
    """Everything spoken is part of the counted lead and signs."""
    for question in QUESTIONS:
        for language in LANGUAGES:
            whole = question.words.spoken_in(language)
            pieces = [part.spoken_in(language) for part in (question.lead, *question.signs) if part]
            assert whole == " ".join(pieces)
            assert PAUSE not in whole
            assert speech.seconds(whole) < MAX_SECONDS
