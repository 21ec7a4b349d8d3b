"""The contents of a <Say> as sentences and pauses, with the seconds each takes.

Source: https://www.twilio.com/docs/voice/twiml/say/text-speech (SSML tags of Amazon Polly voices).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from voice.dialogue.speech import seconds
from voice.simulator.handset import Kind, Segment

# Twilio and Polly document these names without lengths; these values are close by ear.
_STRENGTHS = {
    "none": 0.0,
    "x-weak": 0.1,
    "weak": 0.2,
    "medium": 0.4,
    "strong": 0.6,
    "x-strong": 1.0,
}
_RATES = {"x-slow": 0.5, "slow": 0.75, "medium": 1.0, "default": 1.0, "fast": 1.5, "x-fast": 2.0}
_SLOWEST, _FASTEST = 0.2, 2.0
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_XML_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True, slots=True)
class _Manner:
    """Language, voice and rate of a stretch of words."""

    language: str
    voice: str
    rate: float = 1.0


@dataclass(frozen=True, slots=True)
class _Words:
    text: str
    manner: _Manner


class _SentenceEnd:
    """The start or end of an <s> or <p>."""


_Part = _Words | _SentenceEnd | float


def spoken(say: Element) -> Iterator[Segment]:
    """The segments of a <Say>: one for each sentence and each break.

    Raises ValueError for an invalid break or rate, or an unknown tag.
    """
    manner = _Manner(say.get("language", "en-US"), say.get("voice", "man"))
    sentence: list[_Words] = []
    for part in (*_parts(say, manner), _SentenceEnd()):
        if isinstance(part, _Words):
            first, *others = _SENTENCE.split(part.text)
            sentence.append(_Words(first, part.manner))
            for later in others:
                yield from _sentence(sentence)
                sentence = [_Words(later, part.manner)]
            continue
        yield from _sentence(sentence)
        sentence = []
        if isinstance(part, float) and part:
            yield Segment(Kind.PAUSE, part)


def _sentence(parts: list[_Words]) -> Iterator[Segment]:
    words = " ".join("".join(part.text for part in parts).split())
    if words:
        took = sum(seconds(part.text) / part.manner.rate for part in parts)
        manner = next(part.manner for part in parts if part.text.strip())
        yield Segment(Kind.SPEECH, took, words, manner.language, manner.voice)


def _parts(element: Element, manner: _Manner) -> Iterator[_Part]:
    yield _Words(element.text or "", manner)
    for child in element:
        yield from _child(child, manner)
        yield _Words(child.tail or "", manner)


def _child(child: Element, manner: _Manner) -> Iterator[_Part]:
    match child.tag:
        case "break":
            yield _break(child)
        case "prosody":
            rate = manner.rate * _rate(child.get("rate", "medium"))
            yield from _parts(child, _Manner(manner.language, manner.voice, rate))
        case "lang":
            language = child.get(_XML_LANGUAGE, manner.language)
            yield from _parts(child, _Manner(language, manner.voice, manner.rate))
        case "sub":
            yield _Words(child.get("alias", ""), manner)
        case "p" | "s":
            yield _SentenceEnd()
            yield from _parts(child, manner)
            yield _SentenceEnd()
        case "emphasis" | "phoneme" | "say-as" | "w":
            yield from _parts(child, manner)
        case unknown:
            message = f"<{unknown}> is not allowed in <Say>"
            raise ValueError(message)


def _break(element: Element) -> float:
    time = element.get("time")
    if time is None:
        return _STRENGTHS[_one_of(_STRENGTHS, element.get("strength", "medium"))]
    number = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s)", time)
    if number is None:
        message = f"<break time={time!r}> is not a length such as 500ms or 1s"
        raise ValueError(message)
    return float(number[1]) / (1000 if number[2] == "ms" else 1)


def _rate(rate: str) -> float:
    percent = re.fullmatch(r"(\d+)%", rate)
    if percent is None:
        return _RATES[_one_of(_RATES, rate)]
    return min(max(int(percent[1]) / 100, _SLOWEST), _FASTEST)


def _one_of(names: dict[str, float], name: str) -> str:
    if name not in names:
        message = f"{name!r} is not one of {', '.join(names)}"
        raise ValueError(message)
    return name
