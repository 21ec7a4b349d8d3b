"""What a dialogue may do: the verbs of a call. How it is replayed stands in ``replay.py``.

No-input and no-match live here once, with the keys that mean the same everywhere: 0 a person,
* again, # skip (where a question may be skipped), 8 back, 9 the other language, 7 slower.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from voice.dialogue import reprompts, turns
from voice.dialogue.effects import TakeBack
from voice.dialogue.questions import Choice, Entry, Question, keys_of, menu, menu_of
from voice.dialogue.replay import Prompt, PromptFacts, Replay, as_prompt
from voice.dialogue.turns import EffectRequested, Ending, Listening, StopReplay, Turn
from voice.language import NOTHING, Text, other

E = TypeVar("E", bound=Choice)
T = TypeVar("T")

MAX_MISSES = 3
"""Misses (silence or a wrong key) at one step before the line looks for a person."""
MOST_ASKINGS = 9
"""Askings of one step, whatever is pressed, before the line looks for a person."""


@dataclass(frozen=True, slots=True)
class _Listens:
    """How a step listens: its wait in seconds, its digits, and whether it may stay unclear."""

    name: str
    wait: int
    max_digits: int = 1
    finish: str = ""
    unclear: bool = False


class Call(Replay):
    """One call, as a story sees it."""

    def __init__(
        self,
        journal: Mapping[str, str],
        prompt_facts: PromptFacts,
        person: "Callable[[Call], Ending | None]",
    ) -> None:
        """``person`` is the story of key 0; it ends the call, or comes back with None."""
        super().__init__(journal, prompt_facts)
        self._person = person
        self._with_staff = False

    def tell(self, name: str, parts: Sequence[Text], leave: str = "") -> turns.Told:
        """A long speech in parts. Any key skips a part and answers nothing; ``leave`` skips all."""
        heard = []
        for number, part in enumerate(parts, start=1):
            keyed = self._skipped(f"{name}.{number}", self._taken_lead() + as_prompt(part))
            if not keyed:
                heard.append(number)
            elif keyed == leave:
                return turns.Told(tuple(heard), left=True)
        return turns.Told(tuple(heard), left=False)

    def ask(
        self, question: Question[E], words: Text | None = None, *, unclear: E | None = None
    ) -> E:
        """The caller's answer, one key.

        ``words`` take the place of the question's own, where it speaks of something that the call
        has brought up. ``unclear`` is the answer after the third miss.
        """
        answers: dict[str, E] = keys_of(question.choices)

        def whole() -> Prompt:
            return (*as_prompt(question.whole(words)), (question.aside, True))

        keyed = self._answer(
            _Listens(question.name, question.wait, unclear=unclear is not None),
            whole,
            lambda: as_prompt(question.brief()),
            answers.__contains__,
        )
        if keyed is None and unclear is not None:
            return unclear
        return answers[keyed or ""]

    def choose(
        self,
        name: str,
        words: Text,
        things: Sequence[T],
        spoken: Callable[[], Sequence[Text]],
        more: type[E],
    ) -> T | E:
        """One of the things, offered by the keys 1, 2, 3 in their order, or one of ``more``."""
        offered = {str(number): thing for number, thing in enumerate(things, start=1)}
        others: dict[str, E] = keys_of(more)

        def brief() -> Text:
            return menu(zip(spoken(), offered, strict=True)) + menu_of(more)

        keyed = self._answer(
            _Listens(name, wait=10),
            lambda: as_prompt(words + brief()),
            lambda: as_prompt(brief()),
            (offered.keys() | others.keys()).__contains__,
        )
        return others[keyed or ""] if keyed not in offered else offered[keyed]

    def ask_digits(self, entry: Entry) -> str:
        """Several digits; "" when the caller skipped an entry that may be skipped."""
        keyed = self._answer(
            _Listens(entry.name, entry.wait, entry.max_digits, entry.finish),
            lambda: as_prompt(entry.words),
            lambda: as_prompt(entry.short),
            entry.accepts,
        )
        return "" if keyed is None or keyed.startswith("#") else keyed.removesuffix("#")

    def cover(self, name: str, words: Text, pause: int = 0) -> None:
        """Speak while something is done outside; the call comes back by itself."""
        step, said = self._enter(name), self._taken_lead() + as_prompt(words)
        if self._keyed(step, 0) is None:
            spoken = self._in_voice(said)
            raise StopReplay(turns.CoverSpeech(step, 0, spoken, self.language, self.slow, pause))

    def ring(self, name: str, words: Text, wait: int) -> bool:
        """Ring the clinic's own phone for ``wait`` seconds; whether a person took the call."""
        step, said = self._enter(name), self._taken_lead() + as_prompt(words)
        came_of_it = self._keyed(step, 0)
        if came_of_it is None:
            spoken = self._in_voice(said)
            raise StopReplay(turns.Ringing(step, 0, spoken, self.language, self.slow, wait))
        return came_of_it == "answered"

    def _skipped(self, name: str, part: Prompt) -> str:
        """Speak one part of a long speech; "" when it was heard to the end, else the key."""
        step, said = self._enter(name), part
        for number in range(MOST_ASKINGS):
            keyed = self._keyed(step, number)
            if keyed is None:
                raise StopReplay(self._listening(_Listens(name, wait=1), step, number, said))
            meaning = self._line_key(keyed)
            if meaning is None:
                return keyed
            said = meaning + part
        return ""

    def _answer(
        self,
        at: "_Listens",
        whole: Callable[[], Prompt],
        brief: Callable[[], Prompt],
        accepts: Callable[[str], bool],
    ) -> str | None:
        """The accepted keys, or None when it stays unclear and the flow has an answer for that.

        Words are put together only where the replay stops: most steps of a replay are answered.
        """
        lead, short = self._taken_lead(), False
        first, step = lead, self._enter(at.name)
        misses, number, gave_up = 0, 0, False
        while True:
            keyed = self._keyed(step, number)
            if keyed is None:
                said = first + (brief() if short else whole())
                raise StopReplay(self._listening(at, step, number, said))
            number += 1
            if accepts(keyed):
                self._trail.append(step)
                return keyed
            meaning = self._line_key(keyed, back=f"{step}~{number - 1}:back")
            if meaning is None:
                misses += 1
                first, short = self._sorry(keyed, misses), misses == 1
            else:
                first, short = meaning + lead, False
            if misses < MAX_MISSES and number % MOST_ASKINGS:
                continue
            if self._silent:
                raise StopReplay(self.goodbye(reprompts.SILENT, "silent"))
            if at.unclear:
                return None
            if gave_up:
                raise StopReplay(self.goodbye(reprompts.CALL_AGAIN, "gave up"))
            self._get_a_person(reprompts.GIVE_UP)
            gave_up, misses, first, short = True, 0, (), False

    def _listening(self, at: "_Listens", step: str, number: int, said: Prompt) -> Listening:
        spoken, wait = self._in_voice(said), self._wait(at.wait)
        return Listening(
            step, number, spoken, self.language, self.slow, wait, at.max_digits, at.finish
        )

    def _sorry(self, keyed: str, misses: int) -> Prompt:
        """What comes before the second try, and before the third."""
        if misses > 1:
            person = NOTHING if self._with_staff else reprompts.FOR_A_PERSON
            return as_prompt(reprompts.MORE_TIME + person)
        if not keyed:
            return as_prompt(reprompts.NO_KEY)
        return as_prompt(reprompts.NOT_A_CHOICE.about(key=" ".join(keyed)))

    def _line_key(self, keyed: str, back: str = "") -> Prompt | None:
        """Do what a key means everywhere; what to say first, or None when it means nothing."""
        match keyed:
            case "0" if not self._with_staff:
                self._get_a_person(NOTHING)
            case "7":
                self.slow = True
                return as_prompt(reprompts.SLOWER)
            case "9":
                self.language = other(self.language)
            case "8" if back:
                self._go_back(back)
            case "#" if back:
                pass  # left over from an entry that its last digit had ended
            case keys if "*" in keys:
                pass
            case _:
                return None
        return ()

    def _go_back(self, mark: str) -> None:
        """Ask the question before anew; past something done outside there is no way back."""
        if mark not in self.journal and self._trail:
            raise StopReplay(EffectRequested(mark, TakeBack(self._trail[-1].partition("-")[0])))

    def _get_a_person(self, words: Text) -> None:
        """Leave the story for a person, and come back to it when the caller wants to go on."""
        if self._with_staff:
            raise StopReplay(self.goodbye(reprompts.CALL_AGAIN, "gave up"))
        self._with_staff, trail = True, list(self._trail)
        self.say(words)
        ending = self._person(self)
        if ending is not None:
            raise StopReplay(ending)
        self._with_staff, self._trail = False, trail


def replay(
    story: Callable[[Call], Ending],
    journal: Mapping[str, str],
    prompt_facts: PromptFacts,
    person: Callable[[Call], Ending | None],
) -> Turn | EffectRequested | Ending:
    """Run the story as far as the journal goes: to a turn, to something wanted, or to its end."""
    try:
        return story(Call(journal, prompt_facts, person))
    except StopReplay as stopped:
        return stopped.here
