"""The audio files in RECORDINGS_DIR: which are played, and what is wrong with the others.

``accepted.json`` in the same folder says for which words each file was recorded: a file is played
only there where its prompt still says these words. `screening-line recordings --check` writes it.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import structlog
from pydantic import TypeAdapter, ValidationError

from voice.dialogue.recorded import Recorded
from voice.errors import ReportedError
from voice.language import Text
from voice.recordings.audio import UnplayableError, read_audio
from voice.recordings.prompts import RecordablePrompt, recordable_prompts

log = structlog.get_logger(__name__)

ACCEPTED = "accepted.json"
TYPES = {".wav": "audio/wav", ".mp3": "audio/mpeg"}
_LONGER, _MORE_SECONDS = 1.5, 2.0
"""A recording may take half as long again as the synthetic voice, and two seconds more."""

_SHAPE = TypeAdapter(dict[str, dict[str, str]])
"""Of the accepted files: by name, the SHA-256 of the audio and of the words."""

State = Literal["fine", "missing", "unplayable", "clipped", "too long", "outdated", "not checked"]


class RecordingsError(ReportedError):
    """The folder of recordings can not be used."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of one prompt's recording; ``why`` says more where it is not played."""

    prompt: RecordablePrompt
    state: State
    file: str = ""
    sha256: str = ""
    seconds: float = 0.0
    why: str = ""


class Library:
    """The recordings of one folder, and the audio by the hash of its content."""

    def __init__(self, folder: Path, prompts: Iterable[RecordablePrompt]) -> None:
        """Read the whole folder, which exists. Raises RecordingsError."""
        self.folder = folder
        self.files: dict[str, tuple[bytes, str]] = {}
        """Content and media type by the SHA-256 of the content, of what is played."""
        self._accepted = _read_accepted(folder / ACCEPTED)
        self.findings = [self._find(prompt) for prompt in prompts]
        named = {finding.file for finding in self.findings if finding.file}
        audio = (path.name for path in folder.iterdir() if path.suffix.lower() in TYPES)
        self.unknown = sorted(set(audio) - named)
        """Audio files that are named after no prompt."""

    def recorded(self, public_base_url: str) -> Recorded:
        """The recordings that are played, by the words that they speak."""
        return Recorded(
            {
                found.prompt.spoken: f"{public_base_url}{path_of(found)}"
                for found in self.findings
                if found.state == "fine"
            }
        )

    def warn_of_unplayed(self) -> None:
        """Log how many recordings callers do not hear, for whoever changed words or files."""
        unplayed = [f.file for f in self.findings if f.file and f.state != "fine"] + self.unknown
        if unplayed:
            log.warning(
                "recordings are not played; run screening-line recordings --check",
                count=len(unplayed),
            )

    def accept(self) -> list[Finding]:
        """Take files that are new here as recorded for the present words; returns these.

        A changed file counts as new. Raises RecordingsError when the folder can not be written to.
        """
        new = [finding for finding in self.findings if finding.state == "not checked"]
        if new:
            known = self._accepted
            kept = {f.file: known[f.file] for f in self.findings if f.file in known}
            kept |= {f.file: {"audio": f.sha256, "words": _hash_of(f.prompt)} for f in new}
            try:
                text = json.dumps(kept, indent=2, sort_keys=True)
                (self.folder / ACCEPTED).write_text(f"{text}\n", "utf-8")
            except OSError as error:
                message = f"Cannot write {self.folder / ACCEPTED}: {error.strerror}."
                raise RecordingsError(message) from error
        return new

    def _find(self, prompt: RecordablePrompt) -> Finding:
        paths = [self.folder / f"{prompt.stem}{ending}" for ending in TYPES]
        path = next((path for path in paths if path.is_file()), None)
        if path is None:
            return Finding(prompt, "missing")
        content = path.read_bytes()
        sha256 = hashlib.sha256(content).hexdigest()
        try:
            audio = read_audio(content)
        except UnplayableError as error:
            return Finding(prompt, "unplayable", path.name, sha256, why=str(error))
        state, why = self._judge(prompt, path.name, sha256, audio.seconds, clipped=audio.clipped)
        if state == "fine":
            self.files[sha256] = content, TYPES[path.suffix]
        return Finding(prompt, state, path.name, sha256, audio.seconds, why)

    def _judge(
        self, prompt: RecordablePrompt, name: str, sha256: str, seconds: float, *, clipped: bool
    ) -> tuple[State, str]:
        if clipped:
            return "clipped", "is too loud and crackles; record it again with less volume"
        if seconds > prompt.seconds * _LONGER + _MORE_SECONDS:
            return "too long", f"takes {seconds:.0f} s; about {prompt.seconds:.0f} s are expected"
        known = self._accepted.get(name, {})
        if known.get("audio") != sha256:
            return "not checked", "is new; it is played once --check has seen it"
        if known.get("words") != _hash_of(prompt):
            return "outdated", "was recorded for other words; record it again"
        return "fine", ""


def path_of(finding: Finding) -> str:
    """Where the line serves a recording; the hash of its content makes it unguessable and lasting.

    The file's name stands at the end for people who read the TwiML.
    """
    return f"/recordings/{finding.sha256}/{finding.file}"


def recordings_for(folder: str, facts: Mapping[str, Text]) -> Library | None:
    """The library of RECORDINGS_DIR; None where it is not set. Raises RecordingsError.

    ``facts`` fill the marks of the prompts with what is the clinic's own.
    """
    return Library(Path(folder), recordable_prompts(facts)) if folder else None


def _hash_of(prompt: RecordablePrompt) -> str:
    return hashlib.sha256(prompt.spoken.words.encode()).hexdigest()


def _read_accepted(file: Path) -> Mapping[str, dict[str, str]]:
    try:
        return _SHAPE.validate_json(file.read_bytes())
    except FileNotFoundError:
        return {}
    except ValidationError as error:
        message = f"{file} is damaged. Delete it, and run screening-line recordings --check."
        raise RecordingsError(message) from error
