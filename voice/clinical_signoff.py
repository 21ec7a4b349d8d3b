"""Checks whether the clinician has signed the current clinical wording."""

import hashlib
import tomllib
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path

from voice.flows import clinical_wording, summary_wording
from voice.language import Language, Text

FILE = Path(clinical_wording.__file__).with_name("clinical_signatures.toml")
_LANGUAGES: dict[Language, str] = {"en": "English", "es": "Spanish"}


@dataclass(frozen=True, slots=True)
class Signature:
    """One entry of the file: which wording, and who signed it."""

    language: str
    version: str
    sha256: str
    signed_by: str
    licence: str
    date: str

    @property
    def complete(self) -> bool:
        """Whether it is signed: name, license, and date are all filled in."""
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
    """All entries of the file, oldest first."""
    lines = tomllib.loads(FILE.read_text("utf-8"))["signature"]
    return [
        Signature(**{name: str(line[name]) for name in Signature.__dataclass_fields__})
        for line in lines
    ]


def unsigned() -> list[str]:
    """One sentence for each language whose current wording is not signed; empty when all is."""
    known = {line.sha256 for line in signatures() if line.complete}
    return [
        f"the {name} safety and summary wording is not signed by a clinician"
        f" (voice/flows/{FILE.name})"
        for language, name in _LANGUAGES.items()
        if fingerprint(language) not in known
    ]


def texts_of(things: list[object]) -> list[Text]:
    """Every Text in these values and nested in them, in order."""
    found: list[Text] = []
    for thing in things:
        match thing:
            case Text():
                found.append(thing)
            case tuple():
                found += texts_of(list(thing))
            case _ if is_dataclass(thing) and not isinstance(thing, type):
                found += texts_of([getattr(thing, field.name) for field in fields(thing)])
            case _:
                pass
    return found
