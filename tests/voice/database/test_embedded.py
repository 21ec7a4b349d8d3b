"""The embedded PostgreSQL is started once, shared, and always stopped."""

import asyncio
import errno
import os
import signal
import socket
from collections.abc import Generator
from pathlib import Path

import psycopg
import pytest

from voice.database.connection import make_database, open_database
from voice.database.embedded import Engine
from voice.errors import DatabaseError
from voice.settings import Settings


@pytest.fixture(scope="module")
def folder(data_dirs: Path) -> Path:
    """One data folder for this file, as creating one takes a second."""
    return data_dirs / "engine"


@pytest.fixture
def engine(folder: Path) -> Generator[Engine]:
    """A started engine, stopped at the end."""
    engine = Engine(folder)
    engine.start()
    yield engine
    engine.stop()
    assert not engine.is_running()


def postmaster(engine: Engine) -> int:
    return int((engine.cluster / "postmaster.pid").read_text().split()[0])


def test_the_last_one_out_stops_the_engine(engine: Engine, folder: Path) -> None:
    """A command that joins and leaves does not stop the line's engine."""
    visitor = Engine(folder)
    visitor.start()
    visitor.stop()
    assert engine.is_running()


def test_data_outlives_the_engine(folder: Path) -> None:
    """Data survives a stop and a start."""
    for made in (True, False):
        engine = Engine(folder)
        engine.start()
        with psycopg.connect(engine.dsn("postgres")) as conn:
            if made:
                conn.execute("CREATE TABLE kept (n int)")
            conn.execute("SELECT n FROM kept")
        engine.stop()


def test_one_line_to_a_folder(folder: Path) -> None:
    """A second line is refused with a remedy, and may start once the first has stopped."""
    first, second = Engine(folder), Engine(folder)
    first.claim()
    with pytest.raises(DatabaseError, match=r"Another Screening Line.*set DATA_DIR"):
        second.claim()
    first.stop()
    second.claim()
    second.stop()


def test_it_listens_nowhere_but_in_its_own_folder(engine: Engine) -> None:
    """It opens no port, only a socket in a folder that only its user can open."""
    with psycopg.connect(engine.dsn("postgres")) as conn:
        assert conn.execute("SHOW listen_addresses").fetchone() == ("",)
    assert (engine.cluster / ".s.PGSQL.5432").is_socket()
    assert engine.cluster.stat().st_mode & 0o777 == 0o700


def test_its_log_holds_no_values(engine: Engine) -> None:
    """A refused row is not logged, as it may hold a phone number."""
    with psycopg.connect(engine.dsn("postgres"), autocommit=True) as conn:
        conn.execute("CREATE TABLE one (number text PRIMARY KEY)")
        with pytest.raises(psycopg.errors.UniqueViolation):
            conn.execute("INSERT INTO one VALUES ('+14255550123'), ('+14255550123')")
        conn.execute("DROP TABLE one")
    said = (engine.cluster / "server.log").read_text()
    assert "duplicate key" in said
    assert "4255550123" not in said


async def test_an_engine_that_dies_is_started_again(folder: Path) -> None:
    """After a kill, a running line's engine is back in seconds with every committed row."""
    settings = Settings.load("demo").model_copy(update={"data_dir": folder})
    engine = Engine(folder)
    async with open_database(settings, alone=True) as dsn:
        with psycopg.connect(dsn) as conn:
            conn.execute("INSERT INTO effect (key) VALUES ('told')")
        killed = postmaster(engine)
        os.kill(killed, signal.SIGKILL)
        async with asyncio.timeout(30):
            while not _answers(dsn):  # noqa: ASYNC110  # another process's state
                await asyncio.sleep(0.05)
        assert postmaster(engine) != killed
        with psycopg.connect(dsn) as conn:
            assert conn.execute("SELECT key FROM effect").fetchall() == [("told",)]
    assert not engine.is_running()


def test_a_start_that_was_killed_half_way_is_repaired(data_dir: Path) -> None:
    """A data folder left by a killed start is deleted and made again."""
    half = data_dir / "postgres.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    engine = Engine(data_dir)
    engine.start()
    assert not half.exists()
    assert make_database(engine.dsn("postgres"), "x")
    engine.stop()


def test_data_of_another_version_is_refused(data_dir: Path) -> None:
    """The error says how to migrate the data."""
    (data_dir / "postgres").mkdir(parents=True)
    (data_dir / "postgres" / "PG_VERSION").write_text("15\n")
    with pytest.raises(DatabaseError, match=r"made by PostgreSQL 15.*dump"):
        Engine(data_dir).start()


def test_a_folder_that_cannot_be_used_is_told(data_dir: Path) -> None:
    """A file in place of the folder gets the same error as missing permissions."""
    data_dir.write_text("")
    with pytest.raises(DatabaseError, match=r"cannot be used: .*set DATA_DIR"):
        Engine(data_dir).start()


def test_a_private_folder_above_the_data_stays_private(data_dir: Path) -> None:
    """Root is told which folder PostgreSQL's user can not pass; another user just starts."""
    data_dir.parent.chmod(0o700)
    engine = Engine(data_dir)
    if os.geteuid() == 0:
        with pytest.raises(DatabaseError, match=r"chmod o\+x"):
            engine.start()
    else:
        engine.start()
        engine.stop()
    assert data_dir.parent.stat().st_mode & 0o777 == 0o700
    demo = Engine(data_dir, opens_parents=True)
    demo.start()
    demo.stop()


def test_a_postgresql_that_does_not_start_is_told(data_dir: Path) -> None:
    """The error gives PostgreSQL's last message and where to look."""
    engine = Engine(data_dir)
    engine.start()
    engine.stop()
    with (engine.cluster / "postgresql.conf").open("a") as conf:
        conf.write("\nno_such_setting = 1\n")
    with pytest.raises(
        DatabaseError, match=r"PostgreSQL does not start in .*server\.log says more"
    ):
        engine.start()
    engine.stop()


def test_a_long_path_is_no_obstacle(data_dir: Path) -> None:
    """A data folder's path may be longer than a socket's, which is about a hundred bytes."""
    engine = Engine(data_dir / ("long" * 12) / ("long" * 12))
    engine.start()
    with psycopg.connect(engine.dsn("postgres")) as conn:
        assert conn.execute("SELECT 1").fetchone() == (1,)
    engine.stop()


def _answers(dsn: str) -> bool:
    try:
        psycopg.connect(dsn, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def test_a_socket_that_leaves_this_computer_is_refused() -> None:
    """The test guard refuses connections, lookups and open ports beyond this computer."""
    with socket.socket() as out:
        for leave in (
            lambda: out.connect(("192.0.2.1", 80)),
            lambda: out.bind(("0.0.0.0", 0)),  # noqa: S104  # the very thing that is refused
            lambda: socket.getaddrinfo("example.org", 80),
        ):
            with pytest.raises(Exception, match="socket"):
                leave()


def test_too_many_open_files_are_not_a_dead_database(
    monkeypatch: pytest.MonkeyPatch, data_dir: Path
) -> None:
    """Too many open files must not make the supervisor restart a healthy PostgreSQL."""

    def refuse(*_: object) -> str:
        raise OSError(errno.EMFILE, "Too many open files")

    engine = Engine(data_dir)
    assert not engine.is_running()
    monkeypatch.setattr(Path, "read_text", refuse)
    assert engine.is_running()
