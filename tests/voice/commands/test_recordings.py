"""`screening-line recordings` prints the script to read and checks each file."""

from pathlib import Path

import pytest
from support.recordings import keep, wav
from typer.testing import CliRunner

from voice.cli import cli
from voice.recordings.library import RecordingsError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """RECORDINGS_DIR, empty."""
    monkeypatch.setenv("RECORDINGS_DIR", str(tmp_path))
    return tmp_path


def run(*options: str) -> tuple[int, str]:
    """The exit code and output."""
    result = CliRunner().invoke(cli, ["recordings", *options])
    if isinstance(result.exception, RecordingsError):
        raise result.exception
    return result.exit_code, result.output


def test_the_sheet_numbers_each_prompt_with_its_file_and_seconds() -> None:
    """Each prompt has its words, a line for each breath; one language can be chosen."""
    code, sheet = run("--script", "--language", "en")
    assert code == 0
    assert "summary.1.en.wav  (English, about 19 s)\n   Has your foot hurt for weeks" in sheet
    assert "\n   Your spinal cord ends in your low back." in sheet
    assert ".es.wav" not in sheet
    assert "summary.1.es.wav  (Spanish, about 19 s)" in run("--script")[1]


def test_the_check_accepts_what_is_new_and_says_what_is_wrong(folder: Path) -> None:
    """The exit code is 1 while any file is not played."""
    keep(folder, "summary.1.en.wav", wav(18))
    keep(folder, "summary.2.en.wav", wav(18, rate=16000))
    keep(folder, "sumary.3.en.wav", wav(18))
    code, said = run("--check")
    assert code == 1
    assert "   ok  summary.1.en.wav (18 s, new)" in said
    assert "wrong  summary.2.en.wav has 1 channel(s), 16000 Hz, 16 bits; save it as 8 kHz" in said
    assert "wrong  sumary.3.en.wav is named after no prompt" in said
    assert "1 prompts are played" in said
    (folder / "summary.2.en.wav").unlink()
    (folder / "sumary.3.en.wav").unlink()
    code, said = run("--check")
    assert code == 0
    assert "   ok  summary.1.en.wav (18 s)\n" in said


def test_without_a_folder_it_says_which_setting() -> None:
    """The error names the setting and a value for it."""
    with pytest.raises(RecordingsError, match="RECORDINGS_DIR is not set"):
        run("--check")


@pytest.mark.parametrize("options", [(), ("--script", "--check")])
def test_one_of_the_two_is_chosen(options: tuple[str, ...]) -> None:
    """Neither option, or both, is an error."""
    code, said = run(*options)
    assert code == 2
    assert "--script" in said
