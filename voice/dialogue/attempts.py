"""Asks a step until it is answered: no input, wrong keys, and keys that mean the same everywhere.

The keys: 0 a person, * repeat, # skip (where a question may be skipped), 8 back, 9 the other
language, 7 slower.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from voice.dialogue import reprompts
from voice.dialogue.replay import Prompt, PromptFacts, Replay, as_prompt
from voice.dialogue.turns import Ending, Listening, StopReplay
from voice.language import NOTHING, Language, Text, other

MAX_MISSES = 3
"""Misses (silence or a wrong key) at one step before the caller is sent to staff."""
MAX_ATTEMPTS = 9
"""Attempts at one step, whatever is pressed, before the caller is sent to staff."""


class Step(NamedTuple):
    """How a step is asked. Prompts are built only where the replay stops."""

    wait: int
    """The no-input timeout in seconds."""
    prompt: Callable[[], Prompt]
    short: Callable[[], Prompt]
    """What follows the apology after the first miss."""
    heard_first: Callable[[], Prompt] = tuple
    """What has to be heard to the end, once in each language, before a key is taken."""
    max_digits: int = 1
    finish: str = ""
    unclear: bool = False
    """Whether the flow has an answer for too many misses."""
    offers_help: bool = True
    """Whether the keys 7 and 0 are named after the second miss."""


class Attempts(Replay):
    """A replay that can take keys."""

    def __init__(
        self,
        journal: Mapping[str, str],
        prompt_facts: PromptFacts,
        person: Callable[[Any], Ending | None],
    ) -> None:
        """``person`` is the flow of key 0; returns an ending, or None to continue."""
        super().__init__(journal, prompt_facts)
        self._person = person
        self._in_staff_flow = False

    def _answer(
        self, name: str, accepts: Callable[[str], bool], how: Callable[[], Step]
    ) -> str | None:
        """The accepted keys; None after too many misses if the flow has an answer for that.

        Most steps of a replay were answered at once, so `how` a step is asked is made after that.
        """
        lead, step = self._taken_lead(), self._enter(name)
        keyed = self._keyed(step, 0)
        if keyed is None or not accepts(keyed):
            return self._attempts(step, lead, accepts, how())
        self._trail.append(step)
        return keyed

    def _attempts(
        self, step: str, lead: Prompt, accepts: Callable[[str], bool], at: Step
    ) -> str | None:
        first, short = lead, False
        misses, number, gave_up = 0, 0, False
        heard: set[Language] = set()
        while True:
            keyed = self._keyed(step, number)
            if keyed is None:
                unheard = () if self.language in heard else at.heard_first()
                raise StopReplay(self._ask(at, (step, number), (first, unheard), short=short))
            heard.add(self.language)
            number += 1
            if accepts(keyed):
                self._trail.append(step)
                return keyed
            meaning = self._line_key(keyed, back=f"{step}~{number - 1}:back")
            if meaning is None:
                misses += 1
                first, short = self._sorry(keyed, misses, at), misses == 1
            else:
                first, short = meaning + lead, False
            if misses < MAX_MISSES and number % MAX_ATTEMPTS:
                continue
            if self._silent:
                raise StopReplay(self.goodbye(reprompts.SILENT, "silent"))
            if at.unclear:
                return None
            if gave_up:
                raise StopReplay(self.goodbye(reprompts.CALL_AGAIN, "gave up"))
            self._get_a_person(reprompts.GIVE_UP)
            gave_up, misses, first, short = True, 0, (), False

    def _ask(
        self, at: Step, attempt: tuple[str, int], said: tuple[Prompt, Prompt], *, short: bool
    ) -> Listening:
        """The turn: what comes first, what must be heard, and then what a key can cut short."""
        first, unheard = said
        if unheard:
            before, prompt = first + unheard, at.prompt()
        else:
            before, prompt = (), first + (at.short() if short else at.heard_first() + at.prompt())
        return self._listening(at, attempt, prompt, before)

    def _listening(
        self, at: Step, attempt: tuple[str, int], prompt: Prompt, before: Prompt = ()
    ) -> Listening:
        step, number = attempt
        return Listening(
            step=step,
            number=number,
            spoken=self._in_voice(prompt),
            language=self.language,
            slow=self.slow,
            after_key=bool(self._last_keyed),
            wait=self._wait(at.wait),
            max_digits=at.max_digits,
            finish=at.finish,
            heard_first=self._in_voice(before),
        )

    def _sorry(self, keyed: str, misses: int, at: Step) -> Prompt:
        """What to say before the second attempt, and before the third."""
        if misses > 1:
            more_time = NOTHING if self.slow else reprompts.MORE_TIME
            person = NOTHING if self._in_staff_flow else reprompts.FOR_A_PERSON
            return as_prompt(more_time + person) if at.offers_help else ()
        if not keyed:
            return as_prompt(reprompts.NO_KEY)
        return as_prompt(reprompts.NOT_A_CHOICE.about(key=" ".join(keyed)))

    def _line_key(self, keyed: str, back: str = "") -> Prompt | None:
        """Do what a key means everywhere; what to say next, or None if it has no such meaning."""
        match keyed:
            case "0" if not self._in_staff_flow:
                self._get_a_person(NOTHING)
            case "7":
                self.slow = True
                return as_prompt(reprompts.SLOWER)
            case "9":
                self.language = other(self.language)
            case "8" if back:
                self._take_back(back)
            case "#" if back:
                pass  # left over from an entry that its last digit already ended
            case keys if "*" in keys:
                pass
            case _:
                return None
        return ()

    def _get_a_person(self, words: Text) -> None:
        """Run the staff flow, and return if the caller wants to continue without."""
        if self._in_staff_flow:
            raise StopReplay(self.goodbye(reprompts.CALL_AGAIN, "gave up"))
        self._in_staff_flow, trail = True, list(self._trail)
        self.say(words)
        ending = self._person(self)
        if ending is not None:
            raise StopReplay(ending)
        self._in_staff_flow, self._trail = False, trail
