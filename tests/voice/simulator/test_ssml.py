"""How long words take: https://www.twilio.com/docs/voice/twiml/say/text-speech."""

import pytest
from support.tiny_line import play

from voice.dialogue.speech import seconds
from voice.simulator.handset import Kind, Segment
from voice.simulator.twiml_document import Playback, parse

ELEVEN = "one two three four five six seven eight nine ten eleven"


def say(inside: str, attributes: str = "") -> list[Segment]:
    """The segments of one Say."""
    (verb,) = parse(f"<Response><Say {attributes}>{inside}</Say></Response>".encode())
    assert isinstance(verb, Playback)
    return list(verb.segments)


def test_speech_takes_as_long_as_its_words() -> None:
    """Speech runs at 165 words a minute."""
    assert play({"/voice/incoming": f"<Say>{ELEVEN}</Say>"}).player.seconds == pytest.approx(4.0)


def test_each_sentence_is_a_moment() -> None:
    """A caller can press a key as soon as the wanted sentence was spoken."""
    words = "To book, press 1.\n For a person, press 0! Or stay."
    spoken = [segment.words for segment in say(words)]
    assert spoken == ["To book, press 1.", "For a person, press 0!", "Or stay."]


def test_sentences_take_together_what_the_words_take() -> None:
    """Splitting speech into segments makes it neither longer nor shorter."""
    words = "It is 9:20 AM. Don't wait. Call 9 1 1."
    assert sum(segment.seconds for segment in say(words)) == pytest.approx(seconds(words))


@pytest.mark.parametrize(("time", "took"), [("500ms", 0.5), ("1s", 1.0), ("1.5s", 1.5)])
def test_a_break_is_silence_of_its_length(time: str, took: float) -> None:
    """The attribute is a number with ms or s."""
    first, silence, second = say(f"one<break time='{time}'/> two")
    assert (silence.kind, silence.seconds) == (Kind.PAUSE, took)
    assert (first.words, second.words) == ("one", "two")


def test_a_break_may_have_a_strength_or_none() -> None:
    """The default is medium; strength none is no silence at all."""
    assert say("one<break/>two")[1].seconds == say("one<break strength='medium'/>two")[1].seconds
    assert [segment.kind for segment in say("one<break strength='none'/>two")] == [Kind.SPEECH] * 2


@pytest.mark.parametrize(("rate", "took"), [("85%", 4 / 0.85), ("x-slow", 8.0), ("1%", 20.0)])
def test_a_slower_rate_takes_longer(rate: str, took: float) -> None:
    """Percent of the normal rate, 20 at least, or one of the names."""
    (segment,) = say(f"<prosody rate='{rate}'>{ELEVEN}</prosody>")
    assert segment.seconds == pytest.approx(took)


def test_a_break_inside_slow_speech_keeps_its_length() -> None:
    """Prosody changes the words, not the silence."""
    segments = say(f"<prosody rate='50%'>{ELEVEN}<break time='1s'/> {ELEVEN}</prosody>")
    assert [segment.seconds for segment in segments] == pytest.approx([8.0, 1.0, 8.0])


def test_voice_and_language_stand_with_every_moment() -> None:
    """Attributes of Say: https://www.twilio.com/docs/voice/twiml/say."""
    (segment,) = say("Hola.", "voice='Polly.Penelope' language='es-US'")
    assert (segment.voice, segment.language) == ("Polly.Penelope", "es-US")


def test_a_word_in_another_language_is_a_sentence_of_its_own_only_when_it_ends_one() -> None:
    """<lang> changes the language only of its content."""
    english, spanish = say("Press 1. <lang xml:lang='es-US'>Oprima nueve.</lang>")
    assert (english.language, spanish.language) == ("en-US", "es-US")


def test_the_other_tags_are_read_through() -> None:
    """Their text counts; a sub is spoken as its alias; s and p end a sentence."""
    spelled = "<say-as interpret-as='digits'>911</say-as>"
    words = f"<s>Call {spelled}</s><p>at <sub alias='once'>1x</sub></p>"
    assert [segment.words for segment in say(words)] == ["Call 911", "at once"]


def test_a_say_may_be_said_again() -> None:
    """https://www.twilio.com/docs/voice/twiml/say#loop."""
    assert [segment.words for segment in say("Hello.", "loop='3'")] == ["Hello."] * 3
    assert len(say("Hello.", "loop='0'")) == 1000
