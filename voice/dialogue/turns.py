"""What a replay comes to: the caller's turn, something to be done outside, or the end."""

from dataclasses import dataclass
from typing import Any

from voice.dialogue.effects import Effect
from voice.language import Language


@dataclass(frozen=True, slots=True)
class Spoken:
    """Words in the voice of one language; a pause mark stands where the line is silent."""

    words: str
    language: Language


@dataclass(frozen=True, slots=True)
class Turn:
    """Something is spoken, then the line waits.

    ``step``, ``number`` and ``language`` ride in the next address, so that a repeated webhook
    counts once and the safety advice needs no storage. No answer ever does.
    """

    step: str
    number: int
    spoken: tuple[Spoken, ...]
    language: Language
    slow: bool


@dataclass(frozen=True, slots=True)
class Listening(Turn):
    """Waits ``wait`` seconds for at most ``most`` digits; ``finish`` ends an entry early."""

    wait: int
    max_digits: int = 1
    finish: str = ""


@dataclass(frozen=True, slots=True)
class Ringing(Turn):
    """Rings the clinic's own phone for ``wait`` seconds."""

    wait: int


@dataclass(frozen=True, slots=True)
class CoverSpeech(Turn):
    """Speaks and comes back by itself, while something is done; pauses ``pause`` seconds first."""

    pause: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """How a long speech was taken: parts heard to the end, and whether the caller left it."""

    heard: tuple[int, ...]
    left: bool


@dataclass(frozen=True, slots=True)
class Goodbye:
    """The call ends with these words, which no key can cut. ``outcome`` is kept with the call."""

    spoken: tuple[Spoken, ...]
    slow: bool
    outcome: str


@dataclass(frozen=True, slots=True)
class Connected:
    """The call ends because the caller has spoken to a person."""

    outcome: str = "spoke to a person"


Ending = Goodbye | Connected


@dataclass(frozen=True, slots=True)
class EffectRequested:
    """The flow needs something from outside, to be kept under ``step``."""

    step: str
    effect: Effect[Any]


class StopReplay(BaseException):
    """Carries out of the flow what it stopped at; no ``except Exception`` of a flow can eat it."""

    def __init__(self, here: Turn | EffectRequested | Ending) -> None:
        """Keep where the replay stopped."""
        super().__init__()
        self.here = here
