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

    The key "" is silence, for a question where staying on the line is an answer. An answer without
    words is not announced (such as "#" to skip a question).
    """

    def __init__(self, key: str, words: Text = NOTHING) -> None:
        """Give the two parts of the value names."""
        self.key = key
        self.words = words

    @property
    def for_staff(self) -> str:
        """The answer as staff read it: "not sure"."""
        return self.name.lower().replace("_", " ")


E = TypeVar("E", bound=Choice)


def menu(offers: Iterable[tuple[Text, str]]) -> Text:
    """The spoken menu: what a key does, then the key, with a pause between choices."""
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
    """The spoken menu of all choices that have words."""
    return menu((choice.words, choice.key) for choice in choices if choice.words)


@dataclass(frozen=True)
class Question(Generic[E]):
    """A question answered with one key.

    ``name`` is the step's permanent name. ``after`` follows the menu, ``aside`` is spoken in the
    other language at the end, ``short`` replaces everything on the second attempt (by default the
    menu does). ``wait`` is the no-input timeout in seconds; ``at_once`` leaves out the pause before
    the menu.
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
        """Refuse keys that cannot work. Raises ValueError, at import."""
        keys = [choice.key for choice in self.choices.__members__.values()]
        spoken = [choice for choice in self.choices if choice.words]
        if len(set(keys)) < len(keys) or any(key and key in LINE_KEYS for key in keys):
            message = f"{self.name}: a key is used twice or is reserved ({LINE_KEYS})."
            raise ValueError(message)
        if len(spoken) > MAX_CHOICES:
            message = f"{self.name}: {len(spoken)} choices; at most {MAX_CHOICES}."
            raise ValueError(message)

    def whole(self, words: Text | None = None) -> Text:
        """The full prompt; ``words`` replace the question's own."""
        words, keys = words or self.words, menu_of(self.choices)
        return (words.then(keys) if self.at_once else words + keys) + self.after

    def brief(self) -> Text:
        """The short prompt of the second attempt."""
        return self.short or menu_of(self.choices)


@dataclass(frozen=True)
class Entry:
    """A question answered with several digits.

    ``max_digits`` digits end the entry at once; the key ``finish`` ends a shorter one ("" where #
    skips the question). An entry shorter than ``least`` is not an answer, so that a single key
    keeps its usual meaning.
    """

    name: str
    words: Text
    max_digits: int
    short: Text
    least: int = 2
    finish: str = "#"
    wait: int = 10

    def accepts(self, keyed: str) -> bool:
        """Whether these keys answer the question, or skip it where # may."""
        if not self.finish and keyed.startswith("#"):
            return True
        return keyed.removesuffix("#").isdigit() and len(keyed) >= self.least
