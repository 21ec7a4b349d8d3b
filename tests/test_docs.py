"""Docs name only what exists and quote only what is said."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest
from support.pure_call import PureCall
from typer.core import TyperGroup
from typer.main import get_command

from voice.alerts.conditions import Code
from voice.cli import cli
from voice.dialogue.turns import Listening, Turn
from voice.operation_fields import LimitFields
from voice.settings import Settings

ROOT = Path(__file__).parent.parent
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md"))]
CODE = ("voice", "calendar_sync", "tests", "benchmarks", "deploy", "docs", ".ci")
PATH = re.compile(r"[\w.-]*(?:/[\w.*-]+)+/?|[\w-]+\.(?:py|md|toml|lock|yaml|yml|json|example)")
NOT_HERE = {
    "google-credentials.json",
    "deploy/.env",
    "secrets/backup.key",
    "/run/line",
    "twilio-before.json",
}
"""Files that somebody makes, and folders of a container."""
PLACEHOLDERS = {"CLUSTER", "FILE", "NAME", "NUMBER", "REPOSITORY", "TESTS", "TO", "UPGRADE"}


def relative(page: Path) -> str:
    return str(page.relative_to(ROOT))


def quoted(page: Path) -> Iterator[str]:
    """The content of backticks and code blocks, without diagrams."""
    text = re.sub(r"```(?:mermaid|text)\n.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    for block in re.findall(r"```(?:\w*)\n(.*?)```", text, re.DOTALL):
        yield from block.splitlines()
    without_blocks = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    yield from (" ".join(each.split()) for each in re.findall(r"`([^`]+)`", without_blocks))


@cache
def words() -> frozenset[str]:
    """Every word in the code, the settings, and the make file."""
    files = [path for folder in CODE for path in (ROOT / folder).rglob("*") if path.is_file()]
    files += [ROOT / name for name in ("Makefile", "pyproject.toml", ".env.example")]
    texts = (
        path.read_text("utf-8")
        for path in files
        if path.suffix not in {".png", ".pyc", ".md"} and "__pycache__" not in path.parts
    )
    return frozenset(word for text in texts for word in re.findall(r"\w+", text))


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_every_path_exists(page: Path) -> None:
    """Files and folders that the docs name exist, as do the targets of links."""
    missing = []
    for piece in quoted(page):
        name = piece.removeprefix(".venv/bin/python -m ").split(" ")[0]
        is_route = name.startswith("/") or "://" in name
        if PATH.fullmatch(name) and not is_route and name not in NOT_HERE and ".venv" not in name:
            missing += [] if list(ROOT.glob(name.rstrip("/"))) else [name]
    for target in re.findall(r"(?:\]\(|src=\")([^)\"#:]+)[)\"#]", page.read_text("utf-8")):
        missing += [] if (page.parent / target).exists() else [target]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_every_anchor_is_a_heading(page: Path) -> None:
    """A link into a page leads to one of its headings."""
    for target, anchor in re.findall(r"\]\(([^)#:]*)#([^)]+)\)", page.read_text("utf-8")):
        text = (page.parent / target if target else page).read_text("utf-8")
        headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
        slugs = {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}
        assert anchor in slugs, f"{target}#{anchor}"


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_every_command_exists(page: Path) -> None:
    """Commands of `screening-line`, their options, and make targets exist."""
    command = get_command(cli)
    assert isinstance(command, TyperGroup)
    targets = re.findall(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    known = {name for line in targets for name in line.split()}
    for piece in quoted(page):
        if made := re.match(r"make ([a-z]+)", piece):
            assert made[1] in known, piece
        for asked in re.findall(r"screening-line ([a-z][a-z-]+)(?!\w)((?: [^ ]+)*)", piece):
            name, rest = asked
            assert name in command.commands, piece
            options = {
                opt
                for param in command.commands[name].params
                for opt in (*param.opts, *param.secondary_opts)
            }
            assert set(re.findall(r"--[a-z-]+", rest)) <= options | {"--help"}, piece


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_every_name_exists(page: Path) -> None:
    """Settings in the docs are settings, and other names are in the code."""
    settings = {name.upper() for name in Settings.model_fields}
    for piece in quoted(page):
        for name in re.findall(r"\b[A-Z][A-Z_]+[A-Z]\b(?==|$)", piece):
            assert name in settings | PLACEHOLDERS or name in words(), name
        if re.fullmatch(r"[A-Za-z_][\w.]*(\(\))?", piece) and not PATH.fullmatch(piece):
            assert set(re.findall(r"\w+", piece)) <= words(), piece


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_every_route_exists(page: Path) -> None:
    """A URL path in the docs is a literal in the code."""
    literals = "\n".join(path.read_text("utf-8") for path in (ROOT / "voice").rglob("*.py"))
    for piece in quoted(page):
        route = re.sub(r"^https?://[\w.:-]+", "", piece) if "://" in piece else piece
        if re.fullmatch(r"/[a-z]+(/[a-z]+)?", route) and route not in NOT_HERE:
            assert f'"{route}' in literals, route


def test_every_alert_has_a_remedy() -> None:
    """Operations docs say of each alert what it means and what to do."""
    text = (ROOT / "docs" / "operations.md").read_text("utf-8")
    section = text.partition("## Alerts")[2].partition("Also worth a look")[0]
    rows = re.findall(r"^\| ([a-z][a-z -]*) \| ([^|]+) \| ([^|]+) \|$", section, re.MULTILINE)
    assert sorted(name for name, _, _ in rows if name != "alert") == sorted(get_args(Code))


def test_every_limit_has_its_default_and_its_reason() -> None:
    """Operations docs list the limits in the order of the settings, with the defaults in force."""
    text = (ROOT / "docs" / "operations.md").read_text("utf-8")
    section = text.partition("## Limits")[2].partition("\n## ")[0]
    rows = re.findall(
        r"^\| `(LIMIT_\w+)` \| (\d+) \| ([^|]+) \| ([^|]+) \|$", section, re.MULTILINE
    )
    fields = LimitFields.model_fields.items()
    assert [(name, default) for name, default, _, _ in rows] == [
        (name.upper(), str(field.default)) for name, field in fields if name != "limits"
    ]


def test_staff_read_in_their_page_what_stands_in_events() -> None:
    """Titles and marks of events are spelled as in the code, in any case."""
    code = "".join(
        path.read_text("utf-8").casefold()
        for folder in ("voice", "calendar_sync")
        for path in (ROOT / folder).rglob("*.py")
    )
    text = (ROOT / "docs" / "staff.md").read_text("utf-8")
    named = re.findall(r"(?<!\*)\*([A-Z][A-Za-z ]+[a-zA-Z])(?: ··\d+)?\*(?!\*)", text)
    assert {"CHECK", "Call back", "Video screening", "Open for screenings"} <= set(named)
    assert [name for name in named if f'"{name.casefold()}' not in code] == []


def test_the_readme_quotes_a_call_as_it_is() -> None:
    """The quoted words occur in a call in this order; "..." leaves some out."""
    heard, call = "", PureCall()
    while isinstance(here := call.here, Turn):
        heard += " " + call.words
        step = here.step.partition(".")[0]
        call.keys(("2" if step == "safety" else "1") if isinstance(here, Listening) else "")
    heard = " ".join((heard + " " + call.words).replace("¦", "").split())
    text = (ROOT / "README.md").read_text("utf-8")
    block = re.findall(r"```text\n(.*?)```", text, re.DOTALL)[0]
    said = [
        part.strip()
        for line in block.splitlines()
        if line.startswith("Line")
        for part in line.removeprefix("Line").split("…")
        if part.strip()
    ]
    places: list[int] = []
    for part in said:
        places.append(heard.find(part, places[-1] if places else 0))
        assert places[-1] >= 0, part
    assert all(one < other for one, other in pairwise(places))
