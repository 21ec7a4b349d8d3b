"""Every supported PostgreSQL runs the migrations, even after an interrupted attempt."""

import shutil
import subprocess
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

import psycopg
import pytest
from psycopg import sql

from voice.database.connection import make_database, migrate, migrated_to, prepare
from voice.database.migrations import newest
from voice.errors import DatabaseError

INSTALLED = sorted(Path("/usr/lib/postgresql").glob("1[4-8]/bin"))
"""Debian's servers, such as `apt install postgresql-15`; the embedded one is tried everywhere."""
IN_THE_MIDDLE = "03.01.00_01_pre_add_heartbeat.sql"
"""A step in the middle: it makes the table procrastinate_workers."""


@pytest.fixture(params=INSTALLED, ids=lambda programs: programs.parent.name)
def older(request: pytest.FixtureRequest) -> Generator[str]:
    """The dsn of an empty database on an installed server."""
    programs: Path = request.param
    folder = Path(mkdtemp(prefix="pg", dir="/tmp"))
    with suppress(PermissionError, LookupError):
        shutil.chown(folder, "postgres")
    owner = folder.owner()

    def run(name: str, *words: str) -> None:
        command = [str(programs / name), "-D", str(folder / "data"), *words]
        subprocess.run(command, check=True, user=owner, stdout=subprocess.DEVNULL, cwd="/")

    try:
        run("initdb", "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C")
        where = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        run("pg_ctl", "start", "-w", "-l", str(folder / "log"), "-o", where)
        try:
            yield make_database(f"host={folder} user=postgres", "line")
        finally:
            run("pg_ctl", "stop", "-m", "immediate")
    finally:
        shutil.rmtree(folder)


@pytest.mark.skipif(not INSTALLED, reason="no PostgreSQL of Debian's is installed")
def test_a_fresh_server_takes_the_tables(older: str) -> None:
    """Before 17 a new enum value cannot be used in the transaction that added it."""
    migrate(older)
    assert migrated_to(older) == newest()


def test_a_migration_that_was_cut_short_goes_on(server: tuple[str, str]) -> None:
    """Queue migrations commit one by one, and finished ones are not run again."""
    dsn, name = server
    with psycopg.connect(dsn, autocommit=True) as conn:
        own = sql.Identifier(name + "_cut")
        conn.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(own))
    cut = make_database(dsn, name + "_cut")
    with psycopg.connect(cut, autocommit=True) as conn:
        conn.execute("CREATE TABLE procrastinate_workers (in_the_way int)")
        with pytest.raises(DatabaseError, match="procrastinate_workers"):
            prepare(cut)
        done = conn.execute("SELECT max(name) < %s FROM job_queue_step", [IN_THE_MIDDLE]).fetchone()
        assert done == (True,)
        assert migrated_to(cut) == "0001"
        conn.execute("DROP TABLE procrastinate_workers")
    prepare(cut)
    assert migrated_to(cut) == newest()
