"""Which recordings are played, and how the others are reported."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs
from support.recordings import keep, mp3, wav

from voice.dialogue.turns import Spoken
from voice.recordings.library import ACCEPTED, Library, RecordingsError
from voice.recordings.prompts import RecordablePrompt

HELLO = RecordablePrompt("hello", Spoken("Good morning, and thank you for calling us today.", "en"))
BYE = RecordablePrompt("bye", Spoken("Adiós.", "es"))
PROMPTS = [HELLO, BYE]


def states(folder: Path, *prompts: RecordablePrompt) -> list[str]:
    """The state of each prompt's file."""
    return [finding.state for finding in Library(folder, prompts or PROMPTS).findings]


def checked(folder: Path) -> Library:
    """The folder after `--check`."""
    Library(folder, PROMPTS).accept()
    return Library(folder, PROMPTS)


def test_a_file_is_played_once_it_was_checked(tmp_path: Path) -> None:
    """An unchecked file is not played, as its words are unknown."""
    keep(tmp_path, "hello.en.wav", wav(3))
    assert states(tmp_path) == ["not checked", "missing"]
    library = checked(tmp_path)
    assert states(tmp_path) == ["fine", "missing"]
    [(piece, url)] = library.recorded("https://line.example").pieces(HELLO.spoken)
    assert piece == HELLO.spoken
    assert url.startswith("https://line.example/recordings/")
    assert url.endswith("/hello.en.wav")
    assert len(url.split("/")[4]) == 64


def test_changed_words_make_it_outdated_and_a_new_file_good_again(tmp_path: Path) -> None:
    """New words are spoken by the synthetic voice until they are recorded."""
    keep(tmp_path, "hello.en.wav", wav(3))
    checked(tmp_path)
    changed = RecordablePrompt("hello", Spoken("Good evening, and thank you for calling.", "en"))
    assert states(tmp_path, changed) == ["outdated"]
    Library(tmp_path, [changed]).accept()
    assert states(tmp_path, changed) == ["outdated"], "Checking again does not make it right."
    keep(tmp_path, "hello.en.wav", wav(3.1))
    Library(tmp_path, [changed]).accept()
    assert states(tmp_path, changed) == ["fine"]


@pytest.mark.parametrize(
    ("name", "content", "state", "why"),
    [
        ("hello.en.wav", wav(30), "too long", "takes 30 s; about 3 s are expected"),
        ("hello.en.wav", wav(3, volume=60000), "clipped", "crackles"),
        ("hello.en.wav", wav(3, rate=44100), "unplayable", "44100 Hz"),
        ("hello.en.mp3", mp3(3, mono=False), "unplayable", "stereo MP3"),
    ],
)
def test_what_callers_should_not_hear_is_not_played(
    tmp_path: Path, name: str, content: bytes, state: str, why: str
) -> None:
    """A faulty recording is not played, and the report says what to do."""
    keep(tmp_path, name, content)
    library = checked(tmp_path)
    assert library.findings[0].state == state
    assert why in library.findings[0].why
    assert library.recorded("").pieces(HELLO.spoken) == [(HELLO.spoken, "")]
    assert library.files == {}


def test_the_log_says_how_many_are_not_played(tmp_path: Path) -> None:
    """Startup logs one line if recordings are not played, and nothing otherwise."""
    keep(tmp_path, "hello.en.wav", wav(3))
    with capture_logs() as before:
        Library(tmp_path, PROMPTS).warn_of_unplayed()
    assert [entry["count"] for entry in before] == [1]
    with capture_logs() as after:
        checked(tmp_path).warn_of_unplayed()
    assert after == []


def test_an_mp3_serves_as_well(tmp_path: Path) -> None:
    """An MP3 is served as audio/mpeg."""
    keep(tmp_path, "bye.es.mp3", mp3(1))
    assert [kind for _, kind in checked(tmp_path).files.values()] == ["audio/mpeg"]


def test_a_file_that_no_prompt_asks_for_is_named(tmp_path: Path) -> None:
    """A misspelled file name is reported."""
    keep(tmp_path, "helo.en.wav", wav(1))
    assert Library(tmp_path, PROMPTS).unknown == ["helo.en.wav"]


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"a": 1}', b"\xff"])
def test_a_damaged_list_is_refused_with_what_to_do(tmp_path: Path, content: bytes) -> None:
    """The error says to run the check again."""
    keep(tmp_path, ACCEPTED, content)
    with pytest.raises(RecordingsError, match="Delete it"):
        Library(tmp_path, PROMPTS)
