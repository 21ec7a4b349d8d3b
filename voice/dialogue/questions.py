"""Questions as data: a permanent name, words in both languages, and keys with their words."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Generic, TypeVar

from voice.dialogue import reprompts
from voice.dialogue.speech import key as key_name
from voice.language import NOTHING, Text

MAX_CHOICES = 5
LINE_KEYS = "0*79"
"""Keys that mean the same everywhere: a person, repeat, slower, the other language."""


class Choice(Enum):
    """One answer: its key and the words that offer it, so the menu and the keys cannot disagree.

    The key "" is silence, for a question where staying on the line is an answer. NO_KEY is no key
    of a phone, for an answer that only follows from too many misses. An answer without words is
    not announced (such as "#" to skip a question).
    """

    def __init__(self, key: str, words: Text = NOTHING, terse: Text = NOTHING) -> None:
        """``terse`` are the words of the short menu, if it has others."""
        self.key = key
        self.words = words
        self.terse = terse or words

    @property
    def for_staff(self) -> str:
        """The answer as staff read it: "not sure"."""
        return self.name.lower().replace("_", " ")


NO_KEY = "none"
E = TypeVar("E", bound=Choice)


def menu(offers: Iterable[tuple[Text, str]], press: Text = reprompts.PRESS) -> Text:
    """The spoken menu: what a key does, then the key, with a pause between choices."""
    spoken = NOTHING
    for words, key in offers:
        named = press.about(key=key_name(key))
        spoken += Text(f"{words.en}, {named.en}.", f"{words.es}, {named.es}.")
    return spoken


@cache
def keys_of(choices: type[E]) -> dict[str, E]:
    """The answers by their keys."""
    return {choice.key: choice for choice in choices}


@cache
def menu_of(choices: type[Choice], *, terse: bool = False) -> Text:
    """The spoken menu of all choices that have words; ``terse`` names a key without "press"."""
    offered = [choice for choice in choices if choice.words]
    if terse:
        return menu(((choice.terse, choice.key) for choice in offered), reprompts.KEY_ALONE)
    return menu((choice.words, choice.key) for choice in offered)


@dataclass(frozen=True)
class Question(Generic[E]):
    """A question answered with one key.

    ``name`` is the step's permanent name. ``aside`` follows the words in the other language,
    ``after`` follows the menu, and ``short`` replaces everything on the second attempt (by default
    the menu does). ``wait`` is the no-input timeout in seconds. ``at_once`` leaves out the pause
    before the menu; ``terse`` shortens the menu, for keys that the caller has just heard.
    ``heard_first``: no key is taken before the words were heard to the end.
    """

    name: str
    words: Text
    choices: type[E]
    wait: int = 8
    at_once: bool = False
    terse: bool = False
    heard_first: bool = False
    after: Text = NOTHING
    aside: Text = NOTHING
    short: Text = NOTHING

    def __post_init__(self) -> None:
        """Refuse keys that cannot work. Raises ValueError, at import."""
        keys = [choice.key for choice in self.choices.__members__.values()]
        spoken = [choice for choice in self.choices if choice.words]
        if len(set(keys)) < len(keys) or any(key and key in LINE_KEYS for key in keys):
            message = f"{self.name}: a key is used twice or is reserved ({LINE_KEYS})."
            raise ValueError(message)
        if len(spoken) > MAX_CHOICES:
            message = f"{self.name}: {len(spoken)} choices; at most {MAX_CHOICES}."
            raise ValueError(message)

    def prompt(
        self, words: Text | None = None, *, aside_last: bool = False
    ) -> tuple[tuple[Text, bool], ...]:
        """What a key can cut short, as texts; the flag marks the one in the other language.

        ``words`` replace the question's own. ``aside_last`` puts the other language at the end.
        """
        menu = menu_of(self.choices, terse=self.terse) + self.after
        if self.heard_first:
            return ((menu, False),)
        words = words or self.words
        if self.aside:
            aside = (self.aside, True)
            if aside_last:
                return ((words, False), (menu, False), aside)
            return ((words, False), aside, (menu, False))
        return ((words.then(menu) if self.at_once else words + menu, False),)

    def texts(self) -> tuple[Text, ...]:
        """All that is spoken in the caller's language at first, in its order."""
        first = (self.words,) if self.heard_first else ()
        return (*first, *(text for text, in_other in self.prompt() if not in_other))

    def brief(self) -> Text:
        """The short prompt of the second attempt."""
        return self.short or menu_of(self.choices)


@dataclass(frozen=True)
class Entry:
    """A question answered with several digits.

    ``max_digits`` digits end the entry at once; the key ``finish`` ends a shorter one ("" where #
    skips the question). An entry shorter than ``least`` is not an answer, so that a single key
    keeps its usual meaning; 0 alone always asks for a person. ``may_skip``: no digits, which is
    ``finish`` alone or silence, skip the question.
    """

    name: str
    words: Text
    max_digits: int
    short: Text
    least: int = 2
    finish: str = "#"
    wait: int = 10
    may_skip: bool = False

    def accepts(self, keyed: str) -> bool:
        """Whether these keys answer the question, or skip it where they may."""
        if (self.may_skip and not keyed) or (not self.finish and keyed.startswith("#")):
            return True
        digits = keyed.removesuffix("#")
        return digits.isdigit() and digits != "0" and len(keyed) >= self.least
