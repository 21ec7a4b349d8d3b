"""Tells a patient's own words from words of ours that the text quotes; pure.

A reaction or a reply may repeat a whole text of ours, and ours say "emergency" and "911".
"""

import re
import unicodedata
from functools import cache
from typing import Final

from voice.language import Language
from voice.texts.answers import REPLIES
from voice.texts.messages import LINK_TO_FOLLOW, TEXTS

LANGUAGES: Final[tuple[Language, ...]] = ("en", "es")
_QUOTE = 6
"""So many words of ours in a row are a quote: nobody writes them by chance."""
_RUN = 3
"""In a text that quotes us, so many in a row are ours too, or a whole part between two facts."""
_URL = re.compile(r"https?://\S+")
_CUT = re.compile(r"(\u2026|\.\.\.)\W*$")
"""How phones mark that they cut a quote short."""
_WITH = re.compile(r"([\u201d\u00bb\"])\s*con\W*$")
"""How Spanish phones end a reaction, before its emoji."""


def plain_words(body: str) -> list[str]:
    """The words in lower case, without accents, punctuation and web addresses."""
    decomposed = unicodedata.normalize("NFKD", _URL.sub(" ", body)).casefold()
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return re.findall(r"[^\W_]+", plain)


def without_our_words(body: str) -> list[str]:
    """The words that are the patient's own; all of them unless the text quotes ours."""
    body = _WITH.sub(r"\1", body)
    words = plain_words(body)
    runs = [tuple(words[at : at + _QUOTE]) for at in range(len(words))]
    if _runs(_QUOTE).isdisjoint(runs):
        return words
    ours: set[int] = set()
    for at in range(len(words)):
        for length in range(2, _RUN + 1):
            if tuple(words[at : at + length]) in _runs(length):
                ours.update(range(at, at + length))
    if _CUT.search(body):
        for length in (1, 2):
            if tuple(words[-length:]) in _beginnings(length):
                ours.add(len(words) - length)
    return [word for at, word in enumerate(words) if at not in ours]


@cache
def _parts() -> list[list[str]]:
    """The fixed parts of all our texts, in both languages, between the facts that vary."""
    texts = [*REPLIES, *LINK_TO_FOLLOW, *(form for forms in TEXTS.values() for form in forms)]
    return [
        plain_words(part)
        for text in texts
        for language in LANGUAGES
        for part in re.split(r"\{\w+\}", text.spoken_in(language))
    ]


@cache
def _runs(length: int) -> frozenset[tuple[str, ...]]:
    """Every run of so many words within our texts; shorter than `_RUN`, whole parts alone."""
    return frozenset(
        tuple(part[at : at + length])
        for part in _parts()
        if length >= _RUN or len(part) == length
        for at in range(len(part) - length + 1)
    )


@cache
def _beginnings(length: int) -> frozenset[tuple[str, ...]]:
    """The first so many words of each part of ours; the last of them may be cut short."""
    return frozenset(
        (*part[: length - 1], part[length - 1][:letters])
        for part in _parts()
        if len(part) >= length
        for letters in range(1, len(part[length - 1]) + 1)
    )
