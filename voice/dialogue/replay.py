"""Replays a dialogue from its journal: no input, no output, no clock.

A dialogue is an ordinary function that runs again from its first line at every webhook, fed by the
journal. It stops where the journal ends: at the caller's turn, or at an effect to perform.

The journal maps names to values; the first value of a name wins. ``step~n`` is what the caller
pressed at the n-th attempt of a step, from 0 ("" is silence); ``step`` alone is the result of an
effect; ``step~n:back`` is the key 8 pressed there (see ``TakeBack``), which makes the answers since
the previous question void. Names are permanent: calls under way are asked a renamed step again.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from zoneinfo import ZoneInfo

from voice.dialogue import reprompts
from voice.dialogue.effects import Effect, TakeBack
from voice.dialogue.turns import EffectRequested, Goodbye, Spoken, StopReplay
from voice.language import NOTHING, PAUSE, Language, Text, other

R = TypeVar("R")

MAX_TURNS = 120
"""Turns of one call before it ends with a goodbye, so that no loop is endless."""

Prompt = tuple[tuple[Text, bool], ...]
"""Texts to speak; the flag marks those spoken in the other language."""


def as_prompt(words: Text) -> Prompt:
    """A prompt of one text, in the caller's language."""
    return ((words, False),)


@dataclass(frozen=True, slots=True)
class Therapist:
    """A therapist as callers hear them; only one who is ``offered`` takes new visits."""

    id: str
    spoken: Text
    offered: bool = True


@dataclass(frozen=True, slots=True)
class PromptFacts:
    """What the prompts need to know about the clinic; ``facts`` fill the {marks} in every text."""

    facts: Mapping[str, Text]
    zone: ZoneInfo
    texts: bool = True
    """Whether text messages can be sent at all."""
    therapists: Sequence[Therapist] = ()
    """Those of a clinic that has more than one; else nobody is named with a time."""


@dataclass
class Replay:
    """One run of a dialogue, as far as the journal goes."""

    journal: Mapping[str, str]
    prompt_facts: PromptFacts
    language: Language = "en"
    slow: bool = False
    last_words: Text = NOTHING
    """Once set, the call ends with these words, whatever happens: the advice after a stop."""
    _prefix: str = ""
    _said: list[tuple[Text, bool]] = field(default_factory=list)
    _entered: list[str] = field(default_factory=list)
    _trail: list[str] = field(default_factory=list)
    _last_keyed: str = ""

    def __post_init__(self) -> None:
        """Read what was taken back, and whether any key was ever pressed."""
        self._turns: list[str] = []
        self._times: dict[str, int] = {}
        self._generations: Counter[str] = Counter()
        self._settings: dict[str, tuple[Language, bool]] = {}
        for name, value in self.journal.items():
            if name.endswith(":back"):
                self._read_back(value)
            elif "~" in name:
                self._turns.append(value)
        self._silent = not any(self._turns)

    def _read_back(self, value: str) -> None:
        """Read a stored ``TakeBack``; calls of earlier versions stored the step alone."""
        step, *rest = value.split()
        self._generations.update([step, *rest[3:]])
        if rest:
            language: Language = "es" if rest[1] == "es" else "en"
            self._settings[f"{step}-{rest[0]}"] = (language, rest[2] == "slow")

    @property
    def caller(self) -> str:
        """The caller ID in E.164; "" when it is withheld or cannot be called back."""
        return self.journal.get("caller", "")

    @property
    def routing(self) -> str:
        """How the clinic wants this call answered: "line", "staff-first", "paused" ..."""
        return self.journal.get("routing", "line")

    @property
    def vouched(self) -> bool:
        """Whether the caller's number has a visit that this caller may hear about."""
        return self.journal.get("visits") in {"known", "cancelled"}

    @property
    def has_visit(self) -> bool:
        """Whether the caller's number has a coming visit; who calls may still be somebody else."""
        return self.journal.get("visits") in {"known", "unverified"}

    @property
    def zone(self) -> ZoneInfo:
        """The clinic's time zone."""
        return self.prompt_facts.zone

    def say(self, words: Text, *, aside: bool = False) -> None:
        """Speak these words before the next prompt; ``aside``: in the other language."""
        self._said.append((words, aside))

    @property
    def has_lead(self) -> bool:
        """Whether words of `say` come before the next prompt."""
        return bool(self._said)

    def needs(self, name: str, effect: Effect[R]) -> R:
        """The result of an effect, which is performed once, however often the flow is replayed."""
        step = self._enter(name)
        if step not in self.journal:
            raise StopReplay(EffectRequested(step, effect))
        self._trail.clear()
        return effect.read(self.journal[step])

    def has(self, name: str) -> bool:
        """Whether the journal has an effect's result under this name."""
        return name in self.journal

    def ever_pressed(self, step: str, keys: str) -> bool:
        """Whether one of these keys was ever pressed at a step, taken back or not."""
        return any(
            keyed and keyed in keys and name.partition("~")[0].partition("-")[0] == step
            for name, keyed in self.journal.items()
            if "~" in name
        )

    def end_with(self, name: str, words: Text) -> None:
        """From here on the call ends with these words, however it ends.

        The names of all further steps begin with ``name``, so that the words can be found from the
        step in a URL alone, without a database.
        """
        self.last_words, self._prefix = words, f"{name}."
        self._trail.clear()

    def goodbye(self, words: Text, outcome: str, **parts: Text) -> Goodbye:
        """The end of the call; no key can cut these words.

        ``outcome`` is stored with the call; ``parts`` fill {marks} in the words.
        """
        said = self._taken_lead() + as_prompt(self.last_words or words)
        said = tuple((text.about(**parts), aside) for text, aside in said)
        return Goodbye(self._in_voice(said), self.slow, outcome, bool(self._last_keyed))

    def _enter(self, name: str) -> str:
        """The step's unique name: numbered when entered again, suffixed when taken back."""
        name = self._prefix + name
        times = self._times[name] = self._times.get(name, 0) + 1
        step = name if times == 1 else f"{name}.{times}"
        self._entered.append(step)
        if step not in self._generations:
            return step
        generation = self._generations[step]
        again = f"{step}-{generation}"
        self.language, self.slow = self._settings.get(again, (self.language, self.slow))
        return again

    def _take_back(self, mark: str) -> None:
        """Ask the previous question again; there is no way back past an effect."""
        if mark in self.journal or not self._trail:
            return
        step = self._trail[-1].partition("-")[0]
        after = self._entered[self._entered.index(step) + 1 :]
        generation = self._generations[step] + 1
        taken = TakeBack(step, generation, self.language, self.slow, tuple(after))
        raise StopReplay(EffectRequested(mark, taken))

    def _taken_lead(self) -> Prompt:
        lead = tuple(self._said)
        self._said.clear()
        return lead

    def _in_voice(self, prompt: Prompt) -> tuple[Spoken, ...]:
        facts = self.prompt_facts.facts
        return tuple(
            Spoken(said, language)
            for words, aside in prompt
            for language in (other(self.language) if aside else self.language,)
            if (said := self._without_offers(words.about(**facts).spoken_in(language), language))
        )

    def _without_offers(self, said: str, language: Language) -> str:
        """The words without the offer of slower speech, for a caller who has it already."""
        if not self.slow:
            return said
        offer = reprompts.OFFER_SLOWER.spoken_in(language)
        return re.sub(rf"[{PAUSE} ]*{re.escape(offer)}", "", said).lstrip(f"{PAUSE} ")

    def _keyed(self, step: str, number: int) -> str | None:
        """What was pressed at the n-th attempt of a step; None where the journal ends."""
        keyed = self.journal.get(f"{step}~{number}")
        if keyed is None:
            if len(self._turns) >= MAX_TURNS:
                raise StopReplay(self.goodbye(reprompts.CALL_AGAIN, "too many turns"))
            return None
        self._last_keyed = keyed
        return keyed

    def _wait(self, seconds: int) -> int:
        """The no-input timeout in seconds; doubled for a caller who asked for more time."""
        return seconds * 2 if self.slow else seconds
