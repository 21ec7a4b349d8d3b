"""The rules of the house that no linter knows: who may import what, and how long a file may be."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("calendar_sync", "voice")
OUTSIDE = {
    "alembic", "asyncio", "fastapi", "google", "googleapiclient", "http", "httplib2", "httpx",
    "io", "logging", "os", "pathlib", "procrastinate", "psycopg", "psycopg_pool", "random",
    "requests", "secrets", "shutil", "socket", "sqlalchemy", "starlette", "structlog", "subprocess",
    "sys", "tempfile", "threading", "time", "twilio", "typer", "urllib", "uuid", "uvicorn",
}  # fmt: skip
"""What a story may not know of: clocks, chance, the system, the network, the database."""
ONLY_HERE = {
    "alembic": {
        "voice.database.migrations.__main__",
        "voice.database.migrations.env",
        "voice.database.migrations.versions",
    },
    "fastapi": {
        "voice.app",
        "voice.google_webhook",
        "voice.simulator.page",
        "voice.server",
        "voice.texts.webhooks",
        "voice.twilio_signature",
        "voice.patient_page",
        "voice.calls.webhooks",
    },
    "jinja2": {"voice.simulator.page", "voice.patient_page"},
    "googleapiclient": {
        "calendar_sync.calendars.google.client",
        "calendar_sync.calendars.google.errors",
    },
    "httplib2": {"calendar_sync.calendars.google.client"},
    "procrastinate": {"calendar_sync", "voice.worker"},
    "sqlalchemy": {"voice.database.migrations.__main__"},
    "twilio": {"voice.texts.twilio_sender", "voice.dialogue.twiml"},
    "typer": {"voice.cli"},
    "uvicorn": {"voice.server"},
}
"""Libraries that one room knows and the others need not."""
FLOWS = {"voice.dialogue", "voice.flows", "voice.language", "voice.phone_numbers"}
"""All that a flow may import of ours: the vocabulary of a call, words, and other flows."""


def files(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, also inside functions and for types only."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from _from(node)


def _from(node: ast.ImportFrom) -> Iterator[str]:
    """`from voice import logs` imports a module, `from voice.logs import write_logs` a name."""
    named = str(node.module)
    for name in node.names:
        inner = ROOT.joinpath(*named.split("."), name.name)
        is_module = inner.with_suffix(".py").exists() or inner.is_dir()
        yield f"{named}.{name.name}" if is_module else named


IMPORTS = {module(path): set(imports(path)) for path in files(*PACKAGES)}


def within(name: str, rooms: set[str]) -> bool:
    return any(name == room or name.startswith(room + ".") for room in rooms)


def test_the_calendar_knows_nothing_of_the_phone() -> None:
    """Nobody imports upward: calendar_sync never imports voice."""
    for name, imported in IMPORTS.items():
        if within(name, {"calendar_sync"}):
            assert not any(within(other, {"voice"}) for other in imported), name


@pytest.mark.parametrize("library", sorted(ONLY_HERE))
def test_a_library_stays_in_its_room(library: str) -> None:
    """A library that another one could replace is imported where it is meant to be, only there."""
    users = {
        name for name, imported in IMPORTS.items() if any(within(x, {library}) for x in imported)
    }
    assert {name for name in users if not within(name, ONLY_HERE[library])} == set()


def test_a_flow_imports_only_what_a_story_needs() -> None:
    """The vocabulary of a call, words, and other flows."""
    for name, imported in IMPORTS.items():
        if within(name, {"voice.flows"}):
            ours = {other for other in imported if within(other, {"voice", "calendar_sync"})}
            assert {other for other in ours if not within(other, FLOWS)} == set(), name


def test_nothing_that_a_flow_reaches_touches_the_world() -> None:
    """No clock, no chance, no network, no database, however far down the imports go."""
    reached: dict[str, str] = {name: name for name in IMPORTS if within(name, {"voice.flows"})}
    waiting = list(reached)
    while waiting:
        name = waiting.pop()
        for other in IMPORTS[name]:
            assert other.split(".")[0] not in OUTSIDE, (
                f"{name} imports {other}; way: {reached[name]}"
            )
            if other in IMPORTS and other not in reached:
                reached[other] = f"{reached[name]} > {other}"
                waiting.append(other)


def test_files_are_short() -> None:
    """None is longer than 250 lines, and half of the line's own have at most 90."""
    lengths = {
        path: len(path.read_text("utf-8").splitlines()) for path in files(*PACKAGES, "tests")
    }
    assert {str(path): length for path, length in lengths.items() if length > 250} == {}
    assert median(lengths[path] for path in files(*PACKAGES)) <= 90


def test_every_test_states_its_rule() -> None:
    """The docstring of a test is the specification: one line, ending with a full stop."""
    for path in files("tests"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            if node.name.startswith("test_"):
                said = ast.get_docstring(node) or ""
                assert re.fullmatch(r"\S.*[.!?]", said, re.DOTALL), f"{path.name}: {node.name}"


def test_names_are_the_clinics_words() -> None:
    """No class is a manager, handler, service or a heap of utilities."""
    for path in files(*PACKAGES):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                assert not re.search(r"Manager|Handler|Service|Helper|Utils?$", node.name), (
                    node.name
                )
