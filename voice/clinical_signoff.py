"""Whether the clinician has signed the clinical wording as it stands now."""

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path

from voice.flows import clinical_wording, summary_wording
from voice.language import Language, Text

FILE = Path(clinical_wording.__file__).with_name("clinical_signatures.toml")
_LANGUAGES: dict[Language, str] = {"en": "English", "es": "Spanish"}


@dataclass(frozen=True, slots=True)
class Signature:
    """One line of the file: which wording, and who answers for it; unsigned while any is empty."""

    language: str
    version: str
    sha256: str
    signed_by: str
    licence: str
    date: str

    @property
    def complete(self) -> bool:
        """Whether a clinician has signed."""
        return bool(self.signed_by and self.licence and self.date)


def fingerprint(language: Language) -> str:
    """SHA-256 of every clinical sentence in one language.

    Sentences are taken in the order of their names, and within a tuple in the tuple's order, so
    moving a definition changes nothing.
    """
    named = vars(clinical_wording) | vars(summary_wording)
    texts = texts_of([value for _, value in sorted(named.items())])
    said = "\n".join(" ".join(text.spoken_in(language).split()) for text in texts)
    return hashlib.sha256(said.encode()).hexdigest()


def signatures() -> list[Signature]:
    """All lines of the file, oldest first."""
    lines = tomllib.loads(FILE.read_text("utf-8"))["signature"]
    return [
        Signature(**{name: str(line[name]) for name in Signature.__dataclass_fields__})
        for line in lines
    ]


def unsigned() -> list[str]:
    """What still lacks a signature, in words; empty when a clinician answers for all of it."""
    known = {line.sha256 for line in signatures() if line.complete}
    return [
        f"the {name} safety and summary wording is not signed by a clinician"
        f" (voice/flows/{FILE.name})"
        for language, name in _LANGUAGES.items()
        if fingerprint(language) not in known
    ]


def texts_of(things: list[object]) -> list[Text]:
    """Every text in these things and inside them, in their order."""
    found: list[Text] = []
    for thing in things:
        match thing:
            case Text():
                found.append(thing)
            case clinical_wording.Advice():
                found += [thing.words, thing.promise]
            case clinical_wording.SafetyQuestion():
                found += [thing.words, thing.advice.words, thing.advice.promise]
            case tuple():
                found += texts_of(list(thing))
            case _:
                pass
    return found
