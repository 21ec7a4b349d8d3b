"""What a replay results in: the caller's turn, an effect to perform, or the end of the call."""

from dataclasses import dataclass
from typing import Any

from voice.dialogue.effects import Effect
from voice.language import Language


@dataclass(frozen=True, slots=True)
class Spoken:
    """Words in the voice of one language; a pause mark stands for a short silence."""

    words: str
    language: Language


@dataclass(frozen=True, slots=True)
class Turn:
    """A prompt, and then whatever the subclass waits for.

    ``step``, ``number`` (the attempt, from 0) and ``language`` are part of the next URL, so that a
    repeated webhook counts once and the safety advice needs no database. Answers never are.
    """

    step: str
    number: int
    spoken: tuple[Spoken, ...]
    language: Language
    slow: bool
    after_key: bool
    """Whether it follows a key press, and so begins with a short silence."""


@dataclass(frozen=True, slots=True)
class Listening(Turn):
    """Waits ``wait`` seconds for at most ``max_digits`` digits; ``finish`` ends an entry early.

    ``heard_first`` is spoken before any key is taken; a key can cut ``spoken`` short.
    """

    wait: int
    max_digits: int = 1
    finish: str = ""
    heard_first: tuple[Spoken, ...] = ()


@dataclass(frozen=True, slots=True)
class Ringing(Turn):
    """Rings the clinic's staff phone for ``wait`` seconds; staff first hear ``why``, a code."""

    wait: int
    why: str


@dataclass(frozen=True, slots=True)
class CoverSpeech(Turn):
    """Speaks after ``pause`` seconds of silence, then continues without input."""

    pause: int = 0


@dataclass(frozen=True, slots=True)
class PartsHeard:
    """Which parts of a long speech were heard to the end, and whether the caller left it."""

    heard: tuple[int, ...]
    left: bool


@dataclass(frozen=True, slots=True)
class Goodbye:
    """The call ends with these words; no key can cut them. ``outcome`` is stored with the call."""

    spoken: tuple[Spoken, ...]
    slow: bool
    outcome: str
    after_key: bool = False


@dataclass(frozen=True, slots=True)
class Connected:
    """The call ends because the caller has spoken to staff."""

    outcome: str = "spoke to a person"


Ending = Goodbye | Connected


@dataclass(frozen=True, slots=True)
class EffectRequested:
    """The flow needs an effect performed, its result stored under ``step``."""

    step: str
    effect: Effect[Any]


class StopReplay(BaseException):
    """Carries the result out of the flow; a BaseException, so no flow can catch it by accident."""

    def __init__(self, here: Turn | EffectRequested | Ending) -> None:
        """``here`` is where the replay stopped."""
        super().__init__()
        self.here = here
