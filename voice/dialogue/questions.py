"""Questions as data: a lasting name, words in both languages, keys that carry their words."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Generic, TypeVar

from voice.dialogue import reprompts
from voice.dialogue.speech import key as key_name
from voice.language import NOTHING, Text

MOST_CHOICES = 5
LINE_KEYS = "0*79"
"""Keys that mean the same everywhere: a person, again, slower, the other language."""


class Choice(Enum):
    """One answer: its key and the words that offer it, so that menu and keys cannot disagree.

    The key "" is silence, for a question where staying on the line is an answer. An answer without
    words is not read out ("#" skips wherever a question may be skipped).
    """

    def __init__(self, key: str, words: Text = NOTHING) -> None:
        """Keep key and words by their names."""
        self.key = key
        self.words = words

    @property
    def plainly(self) -> str:
        """The answer as staff read it."""
        return self.name.lower().replace("_", " ")


E = TypeVar("E", bound=Choice)


def menu(offers: Iterable[tuple[Text, str]]) -> Text:
    """The spoken menu: what a key does, then the key, with a pause after each."""
    spoken = NOTHING
    for words, key in offers:
        press = reprompts.PRESS.about(key=key_name(key))
        spoken += Text(f"{words.en}, {press.en}.", f"{words.es}, {press.es}.")
    return spoken


@cache
def keys_of(choices: type[E]) -> dict[str, E]:
    """The answers by their keys."""
    return {choice.key: choice for choice in choices}


@cache
def menu_of(choices: type[Choice]) -> Text:
    """The spoken menu of all answers that have words."""
    return menu((choice.words, choice.key) for choice in choices if choice.words)


@dataclass(frozen=True)
class Question(Generic[E]):
    """A question with one key as its answer.

    ``name`` is the step's permanent name. ``after`` follows the menu, ``aside`` is spoken in the
    other language at the end, ``short`` replaces all of it on the second try (else the menu alone).
    ``wait`` is the silence, in seconds, after which no key was heard; ``at_once`` leaves out the
    pause before the menu.
    """

    name: str
    words: Text
    choices: type[E]
    wait: int = 8
    at_once: bool = False
    after: Text = NOTHING
    aside: Text = NOTHING
    short: Text = NOTHING

    def __post_init__(self) -> None:
        """Refuse a question whose keys cannot work; seen when the program starts."""
        keys = [choice.key for choice in self.choices.__members__.values()]
        spoken = [choice for choice in self.choices if choice.words]
        if len(set(keys)) < len(keys) or any(key and key in LINE_KEYS for key in keys):
            message = f"{self.name}: a key is used twice or belongs to the line ({LINE_KEYS})."
            raise ValueError(message)
        if len(spoken) > MOST_CHOICES:
            message = f"{self.name}: {len(spoken)} choices; nobody remembers over {MOST_CHOICES}."
            raise ValueError(message)

    def whole(self, words: Text | None = None) -> Text:
        """All that the first try says; ``words`` take the place of the question's own."""
        words, keys = words or self.words, menu_of(self.choices)
        return (words.then(keys) if self.at_once else words + keys) + self.after

    def brief(self) -> Text:
        """What the second try says."""
        return self.short or menu_of(self.choices)


@dataclass(frozen=True)
class Entry:
    """A question with several digits as its answer.

    ``most`` digits end the entry at once; ``finish`` ends a shorter one ("" where # is an answer:
    skipped). An entry shorter than ``least`` is no answer: there, one key keeps the meaning that it
    has everywhere.
    """

    name: str
    words: Text
    max_digits: int
    short: Text
    least: int = 2
    finish: str = "#"
    wait: int = 10

    def accepts(self, keyed: str) -> bool:
        """Whether these keys are an answer, or skip the question where # may do so."""
        if not self.finish and keyed.startswith("#"):
            return True
        return keyed.removesuffix("#").isdigit() and len(keyed) >= self.least
