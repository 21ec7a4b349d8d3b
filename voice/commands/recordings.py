"""The clinic's own recordings: the sheet to read from, and what became of each file."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from voice.bootstrap import spoken_facts
from voice.language import PAUSE, Language
from voice.recordings.library import ACCEPTED, Library, RecordingsError
from voice.recordings.prompts import recordable_prompts
from voice.settings import Settings

NEEDED = frozenset(
    {"clinic_name", "clinic_number", "clinic_email", "clinician_spoken_en", "clinician_spoken_es"}
    | {"recordings_dir"}
)
"""All settings that these commands use."""
_LANGUAGES = {"en": "English", "es": "Spanish"}


def script(settings: Settings, language: Language | None = None) -> Iterator[str]:
    """A numbered sheet to read from: file name, language, seconds, and the words of each prompt."""
    prompts = recordable_prompts(spoken_facts(settings))
    wanted = [prompt for prompt in prompts if language in {None, prompt.spoken.language}]
    yield "One file for each prompt you want to speak: mono, 8 kHz, 16-bit WAV, or mono MP3."
    yield "The rest stays with the synthetic voice. Breathe where a line ends."
    for number, prompt in enumerate(wanted, start=1):
        yield ""
        named = _LANGUAGES[prompt.spoken.language]
        yield f"{number}. {prompt.stem}.wav  ({named}, about {prompt.seconds:.0f} s)"
        yield from (f"   {part.strip()}" for part in prompt.spoken.words.split(PAUSE))


def check(settings: Settings) -> tuple[list[str], bool]:
    """What became of each file, and whether all are played; accepts files that are new and fine.

    Raises RecordingsError.
    """
    if not settings.recordings_dir:
        message = "RECORDINGS_DIR is not set: name the folder with your recordings in .env."
        raise RecordingsError(message)
    folder, facts = Path(settings.recordings_dir), spoken_facts(settings)
    new = {f.file for f in Library(folder, recordable_prompts(facts)).accept()}
    library = Library(folder, recordable_prompts(facts))
    lines = []
    for finding in library.findings:
        match finding.state:
            case "missing":
                continue
            case "fine":
                note = ", new" if finding.file in new else ""
                lines.append(f"   ok  {finding.file} ({finding.seconds:.0f} s{note})")
            case _:
                lines.append(f"wrong  {finding.file} {finding.why}.")
    lines += [f"wrong  {name} is named after no prompt; see --script." for name in library.unknown]
    counts = Counter(finding.state for finding in library.findings)
    lines.append(
        f"{counts['fine']} prompts are played, {counts['missing']} have no recording and stay"
        " synthetic. Restart the line after a change."
    )
    lines.append(f"{folder / ACCEPTED} says for which words each file was recorded.")
    return lines, not any(line.startswith("wrong") for line in lines)
