"""The prompts that can be recorded: every fixed sentence of the flows, by a lasting name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from voice import flows
from voice.dialogue import reprompts
from voice.dialogue.questions import Question
from voice.dialogue.speech import seconds
from voice.dialogue.turns import Spoken
from voice.language import Language, Text

_ENDS = (".", "?", "!")
"""What ends otherwise is a part of a sentence, which nobody would read aloud by itself."""
_LANGUAGES: tuple[Language, ...] = ("en", "es")


@dataclass(frozen=True, slots=True)
class RecordablePrompt:
    """One prompt in one language; its file is named ``<name>.<language>.wav`` or ``.mp3``."""

    name: str
    spoken: Spoken

    @property
    def stem(self) -> str:
        """The file's name without its ending."""
        return f"{self.name}.{self.spoken.language}"

    @property
    def seconds(self) -> float:
        """How long the synthetic voice takes."""
        return seconds(self.spoken.words)


def recordable_prompts(facts: Mapping[str, Text]) -> list[RecordablePrompt]:
    """Every prompt without changing parts, in English and then in Spanish, the article first.

    ``facts`` are the clinic's own (its name, email and number); they do not change between calls.
    A time, a code or a caller's number does, so a prompt with one stays synthetic.
    """
    found: dict[Spoken, RecordablePrompt] = {}
    for name, text in _named_texts():
        words = text.about(**facts)
        for language in _LANGUAGES:
            spoken = Spoken(words.spoken_in(language), language)
            if spoken.words.endswith(_ENDS) and "{" not in spoken.words:
                found.setdefault(spoken, RecordablePrompt(name, spoken))
    return sorted(found.values(), key=_place)


def _place(prompt: RecordablePrompt) -> tuple[int, bool, str]:
    article = prompt.name.startswith("summary.")
    return _LANGUAGES.index(prompt.spoken.language), not article, prompt.name


def _named_texts() -> Iterator[tuple[str, Text]]:
    """Questions before plain sentences, whose names say less; the same words come up again."""
    for wanted in (Question, Text):
        for module in _modules():
            flow = module.__name__.rpartition(".")[2].removesuffix("_wording")
            for name, value in vars(module).items():
                if not name.startswith("_"):
                    own = name.lower()
                    yield from _inside(flow if own == flow else f"{flow}.{own}", value, wanted)


def _modules() -> list[ModuleType]:
    """The flows, wording first: a flow that imports a sentence does not name it."""
    names = [module.name for module in iter_modules(flows.__path__)]
    names.sort(key=lambda name: (not name.endswith("_wording"), name))
    return [*(import_module(f"{flows.__name__}.{name}") for name in names), reprompts]


def _inside(name: str, value: object, wanted: type) -> Iterator[tuple[str, Text]]:
    match value:
        case Question() if wanted is Question:
            for number, text in enumerate(value.texts(), start=1):
                yield value.name if number == 1 else f"{value.name}.{number}", text
            yield f"{value.name}.again", value.brief()
            yield f"{value.name}.aside", value.aside
        case Text() if wanted is Text:
            yield name, value
        case tuple():
            for number, each in enumerate(value, start=1):
                yield from _inside(f"{name}.{number}", each, wanted)
        case _ if is_dataclass(value) and not isinstance(value, type | Question):
            for field in fields(value):
                yield from _inside(f"{name}.{field.name}", getattr(value, field.name), wanted)
        case _:
            pass
