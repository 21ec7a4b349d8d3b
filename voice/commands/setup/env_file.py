"""Reads and changes `.env`, keeping its comments and the settings that nobody asked about."""

import io
import re
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import parse_stream

from voice.errors import ReportedError
from voice.private_file import replace_private

_HEADER = "# The settings of this line; .env.example explains each. Keep this file secret.\n"
_PLAIN = re.compile(r"[\w@%+=:,./*-]+(?: [\w@%+=:,./*-]+)*")


class EnvFileError(ReportedError):
    """`.env` cannot be read or written; nothing in it was changed."""


def read(file: Path) -> dict[str, str]:
    """Every setting in the file, as the line reads it; "" for an empty one. Raises EnvFileError."""
    return {
        name: value or "" for name, value in dotenv_values(stream=io.StringIO(_text(file))).items()
    }


def write(file: Path, name: str, value: str) -> None:
    """Set one setting. The file is replaced in one step and has mode 0600.

    Raises ValueError for a value that the file cannot hold, and EnvFileError.
    """
    text = with_setting(_text(file) or _HEADER, name, value)
    try:
        replace_private(file.resolve(), text)
    except OSError as error:
        message = f"{file} cannot be written: {error.strerror}. It was not changed."
        raise EnvFileError(message) from error


def with_setting(text: str, name: str, value: str) -> str:
    """The file's text with one setting changed.

    It takes the place of the last line that sets it, or of the comment `# NAME=` that
    `.env.example` has, or is appended.
    """
    line = f"{name}={_quoted(value)}\n"
    pieces = [(each.key, each.original.string) for each in parse_stream(io.StringIO(text))]
    if places := [index for index, (key, _) in enumerate(pieces) if key == name]:
        old = pieces[places[-1]][1]  # begins with the blank lines above it
        above = old[: len(old) - len(old.lstrip())]
        pieces[places[-1]] = (name, above + line)
        return "".join(piece for _, piece in pieces)
    if found := re.search(rf"^#[ \t]*{name}=.*\n?", text, re.MULTILINE):
        return text[: found.start()] + line + text[found.end() :]
    return text + ("" if text.endswith("\n") or not text else "\n") + line


def _quoted(value: str) -> str:
    """A value as the file holds it: bare if that is safe, else in single quotes."""
    if "\n" in value or "\r" in value or "${" in value:
        message = "it cannot be stored in .env: line breaks and ${ have a meaning there"
        raise ValueError(message)
    if not value or _PLAIN.fullmatch(value):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        message = f"{file} is not UTF-8 text; save it as UTF-8. It was not changed."
        raise EnvFileError(message) from error
    except OSError as error:
        message = f"{file} cannot be read: {error.strerror}. It was not changed."
        raise EnvFileError(message) from error
