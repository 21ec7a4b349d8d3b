"""Sentences for callers and patients, each in English and Spanish."""

from dataclasses import dataclass
from typing import Literal

Language = Literal["en", "es"]
PAUSE = "¦"
"""Marks a short silence between two sentences, so that a caller can press a key."""


def other(language: Language) -> Language:
    """The other language, which key 9 switches to."""
    return "es" if language == "en" else "en"


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in both languages; leaving one out is a type error."""

    en: str
    es: str

    def about(self, **parts: "Text | str") -> "Text":
        """The words with each given ``{part}`` filled in; other parts stay as they are."""
        en, es = self.en, self.es
        for name, part in parts.items():
            mark = "{" + name + "}"
            en = en.replace(mark, part if isinstance(part, str) else part.en)
            es = es.replace(mark, part if isinstance(part, str) else part.es)
        return Text(en, es)

    def spoken_in(self, language: Language) -> str:
        """The words in one language."""
        return self.en if language == "en" else self.es

    def then(self, after: "Text") -> "Text":
        """Both, one after the other, without a pause."""
        return Text(f"{self.en} {after.en}".strip(), f"{self.es} {after.es}".strip())

    def __add__(self, after: "Text") -> "Text":
        """Both, one after the other, with a pause between them."""
        if not self:
            return after
        if not after:
            return self
        return Text(f"{self.en}{PAUSE} {after.en}", f"{self.es}{PAUSE} {after.es}")

    def __bool__(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.en)


NOTHING = Text("", "")
