"""The embedded PostgreSQL, which the line starts when DATABASE_URL is not set.

The programs come in a wheel; the data stands in DATA_DIR/postgres and is reached by a socket in
that folder only. Whoever uses the engine holds a shared lock on a file beside it. The system drops
the lock when its process ends in any way, so after a kill -9 the next one to leave still knows
whether it is the last, and the last one out stops the engine.
"""

import fcntl
import os
import re
import shutil
import threading
import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from tempfile import gettempdir
from typing import IO, NoReturn

import psycopg
from psycopg.conninfo import make_conninfo

from voice.database.postgres_binaries import Programs
from voice.errors import DatabaseAwayError, DatabaseError

VERSION = "18"
_LONGEST_SOCKET_PATH = 100
"""Bytes; the system's own limit is 104 to 108."""
_START_TIMEOUT = 30.0
"""Seconds. A start after a power cut may have to recover the data first."""


class Engine:
    """One data folder and its PostgreSQL; every method blocks."""

    def __init__(self, data_dir: Path, *, opens_parents: bool = False) -> None:
        """`data_dir` is created if it does not exist.

        Started by root, PostgreSQL runs as another user. `opens_parents` lets that one pass private
        folders above the data, as a demo does: it holds nothing of real patients.
        """
        self.data_dir = data_dir.resolve()
        self.cluster = self.data_dir / "postgres"
        self._opened = Path("/") if opens_parents else self.data_dir
        self._programs = Programs()
        self._turn = threading.Lock()
        self._using: IO[str] | None = None
        self._serving: IO[str] | None = None

    def claim(self) -> None:
        """Take the folder until `stop`. Raises DatabaseError if another line has it."""
        self._serving = self._open("line.lock")
        try:
            fcntl.flock(self._serving, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._serving.close()
            message = (
                f"Another Screening Line runs, or is just starting, on the data folder "
                f"{self.data_dir}. To call it, wait a moment and try again. To start one more, "
                "stop it first (Ctrl-C in its window), or set DATA_DIR to another folder."
            )
            raise DatabaseError(message) from None

    def start(self) -> None:
        """Start the engine, or join the one that runs. Raises DatabaseError."""
        with self._turn:
            if self._using is None:
                self._using = self._open("postgres.users")
                fcntl.flock(self._using, fcntl.LOCK_SH)
            try:
                with self._open("postgres.starting") as starting:
                    fcntl.flock(starting, fcntl.LOCK_EX)
                    self._create()
                    self._programs.let_pass(self.cluster, self._opened)
                    self._run()
            except BaseException:
                self._leave()
                raise

    def stop(self) -> None:
        """Stop using the engine, and stop it if no other process uses it."""
        with self._turn:
            if self._using is not None:
                with suppress(BlockingIOError):
                    fcntl.flock(self._using, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    self._programs.let_pass(self.cluster, self._opened)
                    self._programs.run("pg_ctl", "stop", "-D", self.cluster, "-m", "fast", "-w")
                    if (socket_dir := self._socket_dir()) != self.cluster:
                        shutil.rmtree(socket_dir, ignore_errors=True)
                self._leave()
            if self._serving is not None:
                self._serving.close()
                self._serving = None

    def _leave(self) -> None:
        if self._using is not None:
            self._using.close()
            self._using = None

    def is_running(self) -> bool:
        """Whether the engine's main process is alive; cheap enough to check every second."""
        try:
            os.kill(int(self._pid_file()[0]), 0)
        except (FileNotFoundError, ProcessLookupError, NotADirectoryError, ValueError, IndexError):
            return False
        except OSError:
            return True  # another user's process, or too many open files, which says nothing
        return True

    def dsn(self, database: str) -> str:
        """The dsn of one database on a started engine."""
        return make_conninfo(host=str(self._socket_dir()), user="postgres", dbname=database)

    def _open(self, name: str) -> IO[str]:
        """A lock file in the data folder."""
        try:
            self.data_dir.mkdir(parents=True, exist_ok=True)
            return (self.data_dir / name).open("a+")
        except OSError as error:
            message = (
                f"The data folder {self.data_dir} cannot be used: {error.strerror}. "
                "Make it readable and writable for you, or set DATA_DIR to another folder."
            )
            raise DatabaseError(message) from error

    def _create(self) -> None:
        """Create PostgreSQL's data folder in one step, so that a kill never leaves half of one."""
        made = self.cluster / "PG_VERSION"
        try:
            if made.exists():
                if (version := made.read_text().strip()) != VERSION:
                    message = (
                        f"The data in {self.cluster} was made by PostgreSQL {version}, this is "
                        f"{VERSION}. Set DATA_DIR to a new folder, or load a dump of the old data."
                    )
                    raise DatabaseError(message)
                return
            new = self._programs.empty_folder(self.data_dir / "postgres.new", self._opened)
            made_it = self._programs.run(
                "initdb", "-D", new, "-U", "postgres", "--auth=trust", "--encoding=UTF8",
                "--locale=C",
            )  # fmt: skip
            if made_it.returncode != 0:
                self._does_not_start(made_it.stderr)
            new.rename(self.cluster)
        except OSError as error:
            self._does_not_start(f"{error.filename}: {error.strerror}")

    def _run(self) -> None:
        """Start it and wait until it answers; the previous one may still be shutting down."""
        give_up = time.monotonic() + _START_TIMEOUT
        while not self._answers():
            if not self.is_running():
                self._start_once()
            elif time.monotonic() > give_up:
                self._does_not_start("it does not answer", DatabaseAwayError)
            else:
                time.sleep(0.1)

    def _start_once(self) -> None:
        """Start once, with all options on the command line, so that no file has to be edited."""
        log = self.cluster / "server.log"
        with suppress(OSError):
            log.replace(self.cluster / "server.old.log")
        socket_dir = self._socket_dir()
        if socket_dir != self.cluster:
            self._programs.private_folder(socket_dir)
        # terse and panic keep values of rows, and so phone numbers, out of the log.
        options = (
            f"-c listen_addresses='' -c unix_socket_directories='{socket_dir}' -c timezone=UTC"
            " -c log_error_verbosity=terse -c log_min_error_statement=panic"
            " -c max_connections=200"
        )
        started = self._programs.run(
            "pg_ctl", "start", "-D", self.cluster, "-l", log, "-w", "-t", "30", "-o", options
        )
        if started.returncode != 0 and not self.is_running():
            said = log.read_text(errors="replace") if log.exists() else started.stderr
            self._does_not_start(said, DatabaseAwayError)

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self.dsn("postgres"), connect_timeout=2) as conn:
                conn.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _pid_file(self) -> list[str]:
        """The lines of postmaster.pid: process, folder, start time, port, socket folder."""
        return (self.cluster / "postmaster.pid").read_text().splitlines()

    def _socket_dir(self) -> Path:
        """The folder of the running engine's socket, or of the next one's."""
        with suppress(OSError, IndexError):
            return Path(self._pid_file()[4])
        if len(os.fsencode(self.cluster / ".s.PGSQL.5432")) < _LONGEST_SOCKET_PATH:
            return self.cluster
        short = sha256(os.fsencode(self.cluster)).hexdigest()[:12]
        return Path(gettempdir()) / f"screening-line-{short}"

    def _does_not_start(self, said: str, error: type[DatabaseError] = DatabaseError) -> NoReturn:
        """Raise the error with PostgreSQL's own reason and the usual remedies."""
        lines = [line.strip() for line in said.splitlines() if line.strip()] or ["no reason given"]
        reason = next((line for line in lines if re.search(r"error:|FATAL:", line)), lines[-1])
        message = (
            f"PostgreSQL does not start in {self.cluster}: {reason}. Free space on the disk "
            f"and the owner of the folder are the usual causes; {self.cluster / 'server.log'} says "
            "more. Or set DATABASE_URL to a PostgreSQL of your own."
        )
        raise error(message)
