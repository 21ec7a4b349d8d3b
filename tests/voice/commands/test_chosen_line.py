"""Staff commands say which line they act on, and find the one that exists."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.command_line import Run

from voice.commands.chosen_line import NoLineError, choose_line
from voice.database import connection
from voice.database.embedded import Engine


@contextmanager
def engine_with(data_dir: Path, *names: str) -> Generator[None]:
    """A running embedded PostgreSQL with these migrated databases."""
    engine = Engine(data_dir)
    engine.start()
    try:
        for name in names:
            connection.prepare(connection.make_database(engine.dsn("postgres"), name))
        yield
    finally:
        engine.stop()


def chosen(*, demo: bool | None = None, runs: bool = False) -> str:
    return choose_line(demo=demo, demo_runs=lambda _: runs).name


def test_without_a_line_the_commands_say_so_and_make_nothing(run: Run, data_dir: Path) -> None:
    """No Twilio setting is requested, and no data folder is created."""
    for command in ("callbacks", "jobs"):
        code, said = run(command)
        assert code == 1
        assert f"No line has run on the data folder {data_dir} yet" in said
        assert "TWILIO" not in said
    assert not data_dir.exists()


@pytest.mark.usefixtures("run")
def test_what_exists_is_shown(data_dir: Path) -> None:
    """A running demo comes before a live line, and a live line before a stopped demo."""
    with engine_with(data_dir, "demo"):
        assert chosen() == "the demo (it is not running)"
        with pytest.raises(NoLineError, match="No live line has run on the data folder"):
            chosen(demo=False)
        connection.make_database(Engine(data_dir).dsn("postgres"), "screening_line")
        assert chosen() == "the live line; add --demo for the demo's"
        assert chosen(demo=False) == "the live line"
        assert chosen(demo=True) == "the demo (it is not running)"
        assert chosen(runs=True) == "the demo that is running"
        assert chosen(demo=False, runs=True) == "the live line"


def test_a_database_without_tables_is_no_line(
    live: Run, server: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command neither creates tables nor asks for other settings."""
    monkeypatch.setenv("DATABASE_URL", server[0])
    code, said = live("callbacks", "--live")
    assert code == 1
    assert "No live line has run with the database of DATABASE_URL yet" in said
