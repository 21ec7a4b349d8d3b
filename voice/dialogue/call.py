"""What a dialogue can do in a call: tell, ask, speak while waiting, ring staff."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from voice.dialogue import turns
from voice.dialogue.attempts import MAX_ATTEMPTS, Attempts, Step
from voice.dialogue.questions import Choice, Entry, Question, keys_of, menu, menu_of
from voice.dialogue.replay import Prompt, PromptFacts, as_prompt
from voice.dialogue.turns import EffectRequested, Ending, StopReplay, Turn
from voice.language import Text

E = TypeVar("E", bound=Choice)
T = TypeVar("T")


class Call(Attempts):
    """One call, as a flow sees it."""

    def tell(self, name: str, parts: Sequence[Text], leave: str = "") -> turns.PartsHeard:
        """Speak in parts. Any key skips a part and answers nothing; the key ``leave`` skips all."""
        heard = []
        for number, part in enumerate(parts, start=1):
            keyed = self._spoken(f"{name}.{number}", self._taken_lead() + as_prompt(part), wait=1)
            if not keyed:
                heard.append(number)
            elif keyed == leave:
                return turns.PartsHeard(tuple(heard), left=True)
        return turns.PartsHeard(tuple(heard), left=False)

    def insist(self, name: str, words: Text, wait: int) -> None:
        """Speak until the caller is silent for ``wait`` seconds: every key repeats the words.

        Only the language and the speed can be changed; no key leads away.
        """
        away, self._in_staff_flow = self._in_staff_flow, True
        said = self._taken_lead() + as_prompt(words)
        for _ in range(MAX_ATTEMPTS):
            if not self._spoken(name, said, wait):
                break
            said = as_prompt(words)
        self._in_staff_flow = away

    def ask(
        self, question: Question[E], words: Text | None = None, *, unclear: E | None = None
    ) -> E:
        """The caller's answer, one key.

        ``words`` replace the question's own. ``unclear`` is the answer after the third miss.
        """
        answers: dict[str, E] = keys_of(question.choices)

        def how() -> Step:
            return Step(
                question.wait,
                # Who has changed the language knows the key, so it is offered last.
                prompt=lambda: question.prompt(words, aside_last=self.language != "en"),
                short=lambda: as_prompt(question.brief()),
                heard_first=lambda: as_prompt(question.words) if question.heard_first else (),
                unclear=unclear is not None,
                offers_help=not question.heard_first,
            )

        keyed = self._answer(question.name, answers.__contains__, how)
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

        def how() -> Step:
            return Step(
                wait=10,
                prompt=lambda: as_prompt(words + brief()),
                short=lambda: as_prompt(brief()),
            )

        keyed = self._answer(name, (offered.keys() | others.keys()).__contains__, how)
        return others[keyed or ""] if keyed not in offered else offered[keyed]

    def ask_digits(self, entry: Entry) -> str:
        """The digits entered; "" when the caller skipped the entry."""

        def how() -> Step:
            return Step(
                entry.wait,
                prompt=lambda: as_prompt(entry.words),
                short=lambda: as_prompt(entry.short),
                max_digits=entry.max_digits,
                finish=entry.finish,
            )

        keyed = self._answer(entry.name, entry.accepts, how)
        return "" if keyed is None or keyed.startswith("#") else keyed.removesuffix("#")

    def cover(self, name: str, words: Text, pause: int = 0) -> None:
        """Speak while something happens outside, then continue without input."""
        step, said = self._enter(name), self._taken_lead() + as_prompt(words)
        if self._keyed(step, 0) is None:
            spoken, keyed = self._in_voice(said), bool(self._last_keyed)
            raise StopReplay(
                turns.CoverSpeech(step, 0, spoken, self.language, self.slow, keyed, pause)
            )

    def ring(self, name: str, words: Text, wait: int, *, why: str) -> bool:
        """Ring the staff phone for ``wait`` seconds; whether staff took the call.

        ``why`` is the reason that staff hear, see `flows.whisper`.
        """
        step, said = self._enter(name), self._taken_lead() + as_prompt(words)
        result = self._keyed(step, 0)
        if result is None:
            spoken, keyed = self._in_voice(said), bool(self._last_keyed)
            raise StopReplay(
                turns.Ringing(step, 0, spoken, self.language, self.slow, keyed, wait, why)
            )
        return result == "answered"

    def _spoken(self, name: str, part: Prompt, wait: int) -> str:
        """Speak once; "" when it was heard to the end and nothing pressed, else the key."""
        at = Step(wait, lambda: said, tuple)
        step, said = self._enter(name), part
        for number in range(MAX_ATTEMPTS):
            keyed = self._keyed(step, number)
            if keyed is None:
                raise StopReplay(self._listening(at, (step, number), said))
            meaning = self._line_key(keyed)
            if meaning is None:
                return keyed
            said = meaning + part
        return ""


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
