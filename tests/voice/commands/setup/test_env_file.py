"""`.env` keeps its comments and its other settings when one is changed."""

import stat
from pathlib import Path

import pytest
from dotenv import dotenv_values

from voice.commands.setup import env_file
from voice.commands.setup.env_file import EnvFileError, with_setting

FILE = """# Ours.
CLINIC_NAME=Lakeside   # the old name

# the number that patients call
# CLINIC_NUMBER=

OPENING_HOURS='Mon 09:00-12:00'
UNKNOWN_THING=kept
"""


@pytest.mark.parametrize(
    ("name", "value", "old", "new"),
    [
        ("CLINIC_NAME", "Dr. Lee's #1", "CLINIC_NAME=Lakeside   # the old name", None),
        ("CLINIC_NUMBER", "+12065550199", "# CLINIC_NUMBER=", "CLINIC_NUMBER=+12065550199"),
        ("OPENING_HOURS", "", "OPENING_HOURS='Mon 09:00-12:00'", "OPENING_HOURS="),
    ],
)
def test_a_setting_is_changed_in_its_place(
    name: str, value: str, old: str, new: str | None
) -> None:
    """Its last line, or the comment that stands for it, becomes the new line; the rest stays."""
    line = new or f"{name}='Dr. Lee\\'s #1'"
    assert with_setting(FILE, name, value) == FILE.replace(old, line)


def test_a_setting_that_is_not_there_comes_last() -> None:
    """A file without a final line break gets one first."""
    assert with_setting("A=1", "B", "x y") == "A=1\nB=x y\n"


def test_of_a_setting_that_stands_twice_the_one_that_counts_is_changed() -> None:
    """The last line wins when the file is read, also over a comment that looks like it."""
    assert with_setting("A=1\nA=2\n# A=2\n", "A", "3") == "A=1\nA=3\n# A=2\n"


@pytest.mark.parametrize(
    "value",
    [
        "plain", "two words", " # not a comment", "it's", 'say "hi"', "back\\slash", "\\'", "ñandú",
        "$HOME", "a=b", "'quoted'", "", "https://u:p%40@h/?a=1&b=2", "-", "export X",
    ],
)  # fmt: skip
def test_every_value_is_read_as_it_was_written(tmp_path: Path, value: str) -> None:
    """The file gives back each value, and the ones around it."""
    file = tmp_path / ".env"
    for name in ("FIRST", "SECOND", "THIRD"):
        env_file.write(file, name, value)
    env_file.write(file, "SECOND", value + "x")
    assert dotenv_values(file) == {"FIRST": value, "SECOND": value + "x", "THIRD": value}


@pytest.mark.parametrize("value", ["two\nlines", "${HOME}", "cr\r"])
def test_a_value_that_the_file_cannot_hold_is_refused(tmp_path: Path, value: str) -> None:
    """Nothing is written then."""
    with pytest.raises(ValueError, match="cannot be stored"):
        env_file.write(tmp_path / ".env", "A", value)
    assert not (tmp_path / ".env").exists()


def test_the_file_is_for_its_owner_and_replaced_in_one_step(tmp_path: Path) -> None:
    """An open file, or a link to it, never sees half of a change; the mode becomes 0600."""
    real, link = tmp_path / "real.env", tmp_path / ".env"
    real.write_text("A=1\n")
    real.chmod(0o644)
    link.symlink_to(real)
    with real.open() as before:
        env_file.write(link, "A", "2")
        assert before.read() == "A=1\n"
    assert link.is_symlink()
    assert real.read_text() == "A=2\n"
    assert stat.S_IMODE(real.stat().st_mode) == 0o600
    assert sorted(each.name for each in tmp_path.iterdir()) == [".env", "real.env"]


def test_a_file_that_cannot_be_changed_is_told(tmp_path: Path) -> None:
    """A folder in its place, and a file that is no text, are named and left alone."""
    (tmp_path / "folder").mkdir()
    with pytest.raises(EnvFileError, match="cannot be read: Is a directory"):
        env_file.write(tmp_path / "folder", "A", "1")
    latin = tmp_path / "latin"
    latin.write_bytes(b"A=\xe9\n")
    with pytest.raises(EnvFileError, match="not UTF-8"):
        env_file.write(latin, "A", "1")
    with pytest.raises(EnvFileError, match="cannot be written: No such file"):
        env_file.write(tmp_path / "nowhere" / ".env", "A", "1")
