"""What a dialogue can do in a call: tell, ask, speak while waiting, ring staff.

No-input and no-match are handled here, with the keys that mean the same everywhere: 0 a person,
* repeat, # skip (where a question may be skipped), 8 back, 9 the other language, 7 slower.
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
"""Misses (silence or a wrong key) at one step before the caller is sent to staff."""
MAX_ATTEMPTS = 9
"""Attempts at one step, whatever is pressed, before the caller is sent to staff."""


@dataclass(frozen=True, slots=True)
class _Listens:
    """How a step takes keys: timeout in seconds, digits, and whether misses have an answer."""

    name: str
    wait: int
    max_digits: int = 1
    finish: str = ""
    unclear: bool = False


class Call(Replay):
    """One call, as a flow sees it."""

    def __init__(
        self,
        journal: Mapping[str, str],
        prompt_facts: PromptFacts,
        person: "Callable[[Call], Ending | None]",
    ) -> None:
        """``person`` is the flow of key 0; it ends the call, or returns None to continue."""
        super().__init__(journal, prompt_facts)
        self._person = person
        self._in_staff_flow = False

    def tell(self, name: str, parts: Sequence[Text], leave: str = "") -> turns.PartsHeard:
        """Speak in parts. Any key skips a part and answers nothing; the key ``leave`` skips all."""
        heard = []
        for number, part in enumerate(parts, start=1):
            keyed = self._skipped(f"{name}.{number}", self._taken_lead() + as_prompt(part))
            if not keyed:
                heard.append(number)
            elif keyed == leave:
                return turns.PartsHeard(tuple(heard), left=True)
        return turns.PartsHeard(tuple(heard), left=False)

    def ask(
        self, question: Question[E], words: Text | None = None, *, unclear: E | None = None
    ) -> E:
        """The caller's answer, one key.

        ``words`` replace the question's own. ``unclear`` is the answer after the third miss.
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
        options: Sequence[T],
        spoken: Callable[[], Sequence[Text]],
        other_choices: type[E],
    ) -> T | E:
        """One of the options, on the keys 1, 2, 3 in their order, or one of ``other_choices``."""
        offered = {str(number): thing for number, thing in enumerate(options, start=1)}
        others: dict[str, E] = keys_of(other_choices)

        def brief() -> Text:
            return menu(zip(spoken(), offered, strict=True)) + menu_of(other_choices)

        keyed = self._answer(
            _Listens(name, wait=10),
            lambda: as_prompt(words + brief()),
            lambda: as_prompt(brief()),
            (offered.keys() | others.keys()).__contains__,
        )
        return others[keyed or ""] if keyed not in offered else offered[keyed]

    def ask_digits(self, entry: Entry) -> str:
        """The digits entered; "" when the caller skipped the entry."""
        keyed = self._answer(
            _Listens(entry.name, entry.wait, entry.max_digits, entry.finish),
            lambda: as_prompt(entry.words),
            lambda: as_prompt(entry.short),
            entry.accepts,
        )
        return "" if keyed is None or keyed.startswith("#") else keyed.removesuffix("#")

    def cover(self, name: str, words: Text, pause: int = 0) -> None:
        """Speak while something happens outside, then continue without input."""
        step, said = self._enter(name), self._taken_lead() + as_prompt(words)
        if self._keyed(step, 0) is None:
            spoken = self._in_voice(said)
            raise StopReplay(turns.CoverSpeech(step, 0, spoken, self.language, self.slow, pause))

    def ring(self, name: str, words: Text, wait: int) -> bool:
        """Ring the staff phone for ``wait`` seconds; whether staff took the call."""
        step, said = self._enter(name), self._taken_lead() + as_prompt(words)
        result = self._keyed(step, 0)
        if result is None:
            spoken = self._in_voice(said)
            raise StopReplay(turns.Ringing(step, 0, spoken, self.language, self.slow, wait))
        return result == "answered"

    def _skipped(self, name: str, part: Prompt) -> str:
        """Speak one part; "" when it was heard to the end, else the key."""
        step, said = self._enter(name), part
        for number in range(MAX_ATTEMPTS):
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
        """The accepted keys, or None after too many misses where the flow has an answer for that.

        Prompts are built only where the replay stops, since most steps are already answered.
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

    def _listening(self, at: "_Listens", step: str, number: int, said: Prompt) -> Listening:
        spoken, wait = self._in_voice(said), self._wait(at.wait)
        return Listening(
            step, number, spoken, self.language, self.slow, wait, at.max_digits, at.finish
        )

    def _sorry(self, keyed: str, misses: int) -> Prompt:
        """What to say before the second attempt, and before the third."""
        if misses > 1:
            person = NOTHING if self._in_staff_flow else reprompts.FOR_A_PERSON
            return as_prompt(reprompts.MORE_TIME + person)
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
                self._go_back(back)
            case "#" if back:
                pass  # left over from an entry that its last digit already ended
            case keys if "*" in keys:
                pass
            case _:
                return None
        return ()

    def _go_back(self, mark: str) -> None:
        """Ask the previous question again; there is no way back past an effect."""
        if mark not in self.journal and self._trail:
            raise StopReplay(EffectRequested(mark, TakeBack(self._trail[-1].partition("-")[0])))

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


def replay(
    flow: Callable[[Call], Ending],
    journal: Mapping[str, str],
    prompt_facts: PromptFacts,
    person: Callable[[Call], Ending | None],
) -> Turn | EffectRequested | Ending:
    """Run the flow as far as the journal goes: to a turn, an effect, or the end of the call."""
    try:
        return flow(Call(journal, prompt_facts, person))
    except StopReplay as stopped:
        return stopped.here
