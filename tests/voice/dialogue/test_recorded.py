"""A recording replaces the synthetic voice for exactly the words that it contains."""

from xml.etree.ElementTree import fromstring

import pytest
from support.pure_call import PHONES

from voice.dialogue.recorded import Recorded
from voice.dialogue.turns import Listening, Spoken
from voice.dialogue.twiml import Phones, document
from voice.simulator.handset import Kind
from voice.simulator.twiml_document import Gather, parse

A, B, C, AB = ("Good morning.", "Press 1.", "At 9 AM.", "Good morning.¦ Press 1.")


def recorded(*words: str) -> Recorded:
    """Recordings of these words."""
    return Recorded({Spoken(each, "en"): f"https://x.example/{each[:4]}.en.wav" for each in words})


@pytest.mark.parametrize(
    ("known", "said", "played"),
    [
        ((A,), A, [True]),
        ((A,), f"{A}¦ {C}", [True, False]),
        ((A, B, AB), AB, [True]),
        ((B,), f"{C}¦ {A}¦ {B}", [False, True]),
        ((), AB, [False]),
        (("Good",), A, [False]),
    ],
)
def test_the_longest_recorded_stretch_is_taken(
    known: tuple[str, ...], said: str, played: list[bool]
) -> None:
    """The longest recorded text between pauses is played, and never part of a sentence."""
    pieces = recorded(*known).pieces(Spoken(said, "en"))
    assert [bool(url) for _, url in pieces] == played
    assert "¦ ".join(piece.words for piece, _ in pieces) == said


def test_another_language_is_not_replaced() -> None:
    """A recording in one language does not replace the same words in another."""
    assert recorded(A).pieces(Spoken(A, "es")) == [(Spoken(A, "es"), "")]


def turn(*, slow: bool = False) -> Listening:
    """A turn with fixed text followed by a time."""
    return Listening("times", 0, (Spoken(f"{A}¦ {C}", "en"),), "en", slow, after_key=False, wait=8)


def test_twiml_plays_the_recording_and_says_the_rest() -> None:
    """The recording is inside the Gather, so a key stops it, and its words are in a comment."""
    phones = Phones(PHONES.voices, PHONES.clinic, PHONES.staff, recorded(A))
    xml = document(turn(), phones)
    [gather] = fromstring(xml)  # noqa: S314  # our own
    assert [verb.tag for verb in gather] == ["Play", "Say"]
    assert gather[0].text == "https://x.example/Good.en.wav"
    assert gather[1][0].tag == "break"
    assert f"<!--{A}--><Play>" in xml


def test_slow_speech_is_synthetic() -> None:
    """A caller who asked for slow speech hears the synthetic voice."""
    phones = Phones(PHONES.voices, PHONES.clinic, PHONES.staff, recorded(A))
    assert "<Play>" not in document(turn(slow=True), phones)


def test_both_phones_of_the_simulator_know_the_words() -> None:
    """Captions and transcripts show a recording as speech in its language."""
    phones = Phones(PHONES.voices, PHONES.clinic, PHONES.staff, recorded(A))
    [gather] = parse(document(turn(), phones).encode())
    assert isinstance(gather, Gather)
    first = gather.prompt[0]
    assert (first.kind, first.words, first.language) == (Kind.SPEECH, A, "en")
    assert first.recording == "https://x.example/Good.en.wav"
    assert first.interruptible
    assert gather.prompt[-1].words == C
