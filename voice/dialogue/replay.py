"""Replays a dialogue from its journal: no input, no output, no clock.

A dialogue is an ordinary function that runs again from its first line at every webhook, fed by the
journal. It stops where the journal ends: at the caller's turn, or at an effect to perform.

The journal maps names to values; the first value of a name wins. ``step~n`` is what the caller
pressed at the n-th attempt of a step, from 0 ("" is silence); ``step`` alone is the result of an
effect. Names are permanent: calls under way are asked a renamed step again.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from zoneinfo import ZoneInfo

from voice.dialogue import reprompts
from voice.dialogue.effects import Effect
from voice.dialogue.turns import EffectRequested, Goodbye, Spoken, StopReplay
from voice.language import Language, Text, other

R = TypeVar("R")

MAX_TURNS = 120
"""Turns of one call before it ends with a goodbye, so that no loop is endless."""

Prompt = tuple[tuple[Text, bool], ...]
"""Texts to speak; the flag marks those spoken in the other language."""


def as_prompt(words: Text) -> Prompt:
    """A prompt of one text, in the caller's language."""
    return ((words, False),)


@dataclass(frozen=True, slots=True)
class PromptFacts:
    """What the prompts need to know about the clinic; ``facts`` fill the {marks} in every text."""

    facts: Mapping[str, Text]
    zone: ZoneInfo
    texts: bool = True
    """Whether text messages can be sent at all."""


@dataclass
class Replay:
    """One run of a dialogue, as far as the journal goes."""

    journal: Mapping[str, str]
    prompt_facts: PromptFacts
    language: Language = "en"
    slow: bool = False
    _said: list[Text] = field(default_factory=list)
    _entered: Counter[str] = field(default_factory=Counter)
    _trail: list[str] = field(default_factory=list)
    _turns: int = 0

    def __post_init__(self) -> None:
        """Count the steps that were taken back, and note whether any key was ever pressed."""
        rows = self.journal.items()
        self._taken_back = Counter(step for name, step in rows if name.endswith(":back"))
        self._silent = not any(keyed for name, keyed in rows if "~" in name)

    @property
    def caller(self) -> str:
        """The caller ID in E.164; "" when it is withheld or cannot be called back."""
        return self.journal.get("caller", "")

    @property
    def zone(self) -> ZoneInfo:
        """The clinic's time zone."""
        return self.prompt_facts.zone

    def say(self, words: Text) -> None:
        """Speak these words before the next prompt."""
        self._said.append(words)

    def needs(self, name: str, effect: Effect[R]) -> R:
        """The result of an effect, which is performed once, however often the flow is replayed."""
        step = self._enter(name)
        if step not in self.journal:
            raise StopReplay(EffectRequested(step, effect))
        self._trail.clear()
        return effect.read(self.journal[step])

    def goodbye(self, words: Text, outcome: str) -> Goodbye:
        """The end of the call; no key can cut these words. ``outcome`` is stored with the call."""
        return Goodbye(self._in_voice(self._taken_lead() + as_prompt(words)), self.slow, outcome)

    def _enter(self, name: str) -> str:
        """The step's unique name: numbered when entered again, suffixed when taken back."""
        self._entered[name] += 1
        times = self._entered[name]
        step = name if times == 1 else f"{name}.{times}"
        back = self._taken_back[step]
        return f"{step}-{back}" if back else step

    def _taken_lead(self) -> Prompt:
        lead = tuple((words, False) for words in self._said)
        self._said.clear()
        return lead

    def _in_voice(self, prompt: Prompt) -> tuple[Spoken, ...]:
        facts = self.prompt_facts.facts
        return tuple(
            Spoken(words.about(**facts).spoken_in(language), language)
            for words, aside in prompt
            if words
            for language in (other(self.language) if aside else self.language,)
        )

    def _keyed(self, step: str, number: int) -> str | None:
        """What was pressed at the n-th attempt of a step; None where the journal ends."""
        self._turns += 1
        if self._turns > MAX_TURNS:
            raise StopReplay(self.goodbye(reprompts.CALL_AGAIN, "too many turns"))
        return self.journal.get(f"{step}~{number}")

    def _wait(self, seconds: int) -> int:
        """The no-input timeout in seconds; doubled for a caller who asked for more time."""
        return seconds * 2 if self.slow else seconds
