"""Rules about the code that no linter checks; import-linter's contracts check the layers."""

import ast
import re
from collections.abc import Iterator
from functools import cache
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
"""What a dialogue must not reach: clocks, chance, the system, the network, the database."""
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
        "voice.health",
        "voice.request_body",
        "voice.page_security",
        "voice.trusted_client",
        "voice.twilio_signature",
        "voice.patient_page",
        "voice.staff_page",
        "voice.recordings.router",
        "voice.calls.webhooks",
    },
    "jinja2": {"voice.simulator.page", "voice.patient_page", "voice.staff_page"},
    "googleapiclient": {
        "calendar_sync.calendars.google.client",
        "calendar_sync.calendars.google.errors",
    },
    "babel": {"voice.dialogue.speech"},
    "httplib2": {"calendar_sync.calendars.google.client"},
    "procrastinate": {"calendar_sync", "voice.worker"},
    "rich": {"voice.cli_staff", "voice.commands.report"},
    "sqlalchemy": {"voice.database.migrations.__main__"},
    "twilio": {"voice.texts.twilio_sender", "voice.dialogue.twiml"},
    "typer": {
        "voice.cli",
        "voice.cli_database",
        "voice.cli_setup",
        "voice.cli_staff",
        "voice.commands.setup.terminal",
    },
    "uvicorn": {"voice.server", "voice.http_limits"},
}
"""Which of our modules may import a library."""


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


@cache
def imports_of_modules() -> dict[str, set[str]]:
    """What each of our modules imports."""
    return {module(path): set(imports(path)) for path in files(*PACKAGES)}


def within(name: str, packages: set[str]) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


@pytest.mark.parametrize("library", sorted(ONLY_HERE))
def test_a_library_is_imported_only_where_it_belongs(library: str) -> None:
    """A replaceable library is imported only by the few modules that wrap it."""
    users = {
        name
        for name, imported in imports_of_modules().items()
        if any(within(x, {library}) for x in imported)
    }
    assert {name for name in users if not within(name, ONLY_HERE[library])} == set()


def test_flows_and_dialogue_are_pure() -> None:
    """They import no clock, randomness, network or database, directly or indirectly.

    The module that renders TwiML is left out: it uses Twilio's library.
    """
    imported = imports_of_modules()
    pure = {name for name in imported if within(name, {"voice.flows", "voice.dialogue"})}
    reached = {name: name for name in pure - {"voice.dialogue.twiml"}}
    waiting = list(reached)
    while waiting:
        name = waiting.pop()
        for other in imported[name]:
            assert other.split(".")[0] not in OUTSIDE, (
                f"{name} imports {other}, reached by {reached[name]}"
            )
            if other in imported and other not in reached:
                reached[other] = f"{reached[name]} > {other}"
                waiting.append(other)


def test_files_are_short() -> None:
    """No file is over 250 lines, and half of the code's files have at most 90."""
    lengths = {
        path: len(path.read_text("utf-8").splitlines()) for path in files(*PACKAGES, "tests")
    }
    assert {str(path): length for path, length in lengths.items() if length > 250} == {}
    assert median(lengths[path] for path in files(*PACKAGES)) <= 90


def test_every_test_states_its_rule() -> None:
    """A test's docstring states its rule in sentences that end with a period."""
    for path in files("tests"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            if node.name.startswith("test_"):
                said = ast.get_docstring(node) or ""
                assert re.fullmatch(r"\S.*[.!?]", said, re.DOTALL), f"{path.name}: {node.name}"


def test_class_names_say_what_the_thing_is() -> None:
    """No class is a manager, handler, service, helper, or utilities."""
    for path in files(*PACKAGES):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                assert not re.search(r"Manager|Handler|Service|Helper|Utils?$", node.name), (
                    node.name
                )
