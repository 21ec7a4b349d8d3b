"""A live line whose database is away at its start, with real processes: it answers all the same."""

import asyncio
import json
import os
import socket
import time
from collections.abc import Callable, Generator
from contextlib import closing, suppress
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

import psycopg
import pytest
import structlog
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from stand_ins.google.faults import Fault
from stand_ins.google.server import DOCTOR, SCREENINGS, Google
from structlog.testing import capture_logs
from support.data_key import DATA_KEY
from support.forked import Forked, screening_line
from support.live_settings import LIVE
from support.own_database import own_database

from voice import bootstrap
from voice.bootstrap import open_line
from voice.database.connection import no_answer
from voice.errors import DatabaseAwayError
from voice.flows.clinical_wording import BEFORE_BOOKING, Stop
from voice.settings import Settings
from voice.simulator.caller_id import CallerId
from voice.twilio_signature import sign

Start = Callable[..., Forked]


@pytest.fixture
def empty(server: tuple[str, str]) -> Generator[str]:
    """A database without tables."""
    with own_database(server, "_late") as dsn:
        yield dsn


@pytest.fixture
def start(tmp_path: Path) -> Generator[Start]:
    """Start a live line's command on a database; it is killed after the test."""
    started: list[Forked] = []

    def start(dsn: str, *words: str, **settings: str) -> Forked:
        environment = {
            "PATH": os.defpath, "UNSIGNED_WORDING": "allow", "DATABASE_URL": dsn,
            "TWILIO_API_URL": "http://127.0.0.1:9", "TEXTS": "off", **LIVE, **settings,
        }  # fmt: skip
        with (tmp_path / "log").open("ab") as log:
            output = log.fileno()
            started.append(
                Forked(screening_line, *words, folder=tmp_path, env=environment, output=output)
            )
        return started[-1]

    yield start
    for process in started:
        process.kill()


def asked(line: Forked, port: int, path: str, *, call: bool = False) -> tuple[int, str]:
    """The status and body of a line that may still be starting; a `call` is signed, by Twilio."""
    form, headers = "", {}
    if call:
        fields = [
            *CallerId("+14255550123", account_sid=LIVE["TWILIO_ACCOUNT_SID"]).fields("in-progress"),
            ("Digits", "1"),
        ]
        form = urlencode(fields)
        signature = sign(LIVE["PUBLIC_BASE_URL"] + path, fields, LIVE["TWILIO_AUTH_TOKEN"])
        headers = {
            "X-Twilio-Signature": signature,
            "Content-Type": "application/x-www-form-urlencoded",
        }
    while line.poll() is None:
        with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
            try:
                connection.request("POST" if call else "GET", path, form or None, headers)
                answer = connection.getresponse()
                return answer.status, answer.read().decode()
            except ConnectionRefusedError:
                time.sleep(0.02)
    pytest.fail(f"the line has ended with {line.poll()}")


class Switch:
    """Where the line looks for its database: nothing, one that never answers, or the real one."""

    def __init__(self, folder: Path, dsn: str) -> None:
        parts = conninfo_to_dict(dsn)
        name = f".s.PGSQL.{parts.get('port') or 5432}"
        self._real, self._here = Path(str(parts["host"])) / name, folder / name
        self._silent = socket.socket(socket.AF_UNIX)
        self.dsn = make_conninfo(dsn, host=str(folder))

    def freeze(self) -> None:
        """Accept connections, and never answer."""
        self._silent.bind(str(self._here))
        self._silent.listen(64)

    def arrive(self) -> None:
        """From now on it is the real one."""
        with suppress(FileNotFoundError):
            self._here.unlink()
        self._here.symlink_to(self._real)
        self._silent.close()


@pytest.fixture
def switch(empty: str) -> Generator[Switch]:
    """The way to the database without tables; it leads nowhere yet."""
    with TemporaryDirectory(prefix="late") as folder:
        yield Switch(Path(folder), empty)


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def ready(line: Forked, port: int) -> None:
    """Wait until it is."""
    until = time.monotonic() + 60
    while asked(line, port, "/readyz") != (200, "ready\n"):
        assert time.monotonic() < until
        time.sleep(0.1)


@pytest.mark.parametrize("away", ["dead", "frozen"])
def test_callers_are_answered_until_the_database_arrives(
    start: Start, switch: Switch, away: str
) -> None:
    """They hear the fallback response; then the tables are made, and the same processes go on.

    Once as one process, once as a web process and a worker.
    """
    port = free_port()
    words = ["serve", "--port", str(port)]
    if away == "frozen":
        switch.freeze()
        line, others = start(switch.dsn, *words), []
    else:
        line, others = start(switch.dsn, *words, "--no-worker"), [start(switch.dsn, "worker")]
    first, advice = BEFORE_BOOKING[0], BEFORE_BOOKING[0].then
    assert isinstance(advice, Stop)
    status, body = asked(line, port, "/voice/incoming", call=True)
    assert (status, "something went wrong" in body, "9 1 1" in body) == (200, True, True)
    _, body = asked(line, port, f"/voice/turn?at=safety.{first.name}&turn=0&in=es", call=True)
    assert advice.advice.words.es.split("¦")[0] in body
    assert asked(line, port, "/readyz") == (503, "the database does not answer\n")
    assert "waiting for the database" in asked(line, port, "/healthz")[1]
    switch.arrive()
    ready(line, port)
    assert asked(line, port, "/healthz") == (200, "alive\n")
    assert "at=greeting" in asked(line, port, "/voice/incoming", call=True)[1]
    for process in (line, *others):
        process.terminate()
        assert process.wait(60) == 0


def test_a_wrong_name_is_told_at_once(start: Start, empty: str, tmp_path: Path) -> None:
    """Waiting would not help, so the command ends and says why."""
    line = start(
        make_conninfo(empty, dbname="nobody_made_this"), "serve", "--port", str(free_port())
    )
    assert line.wait(60) == 1
    assert '"nobody_made_this" does not exist' in (tmp_path / "log").read_text()


async def test_a_start_does_not_wait_for_google(
    google: Google, migrated: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The line is open while Google hangs: what it did not answer is in the log only later."""
    monkeypatch.setattr(bootstrap, "log", structlog.get_logger())
    (tmp_path / "google.json").write_text(json.dumps(google.credentials()))
    google.faults.append(Fault("freebusy.query", "hang", times=9))
    at_google = {
        "DATABASE_URL": migrated, "DATA_KEY": DATA_KEY,
        "GOOGLE_API_URL": google.url, "GOOGLE_BUSY_CALENDAR_IDS": DOCTOR,
        "GOOGLE_CREDENTIALS_FILE": str(tmp_path / "google.json"),
        "GOOGLE_SCREENINGS_CALENDAR_ID": SCREENINGS,
    }  # fmt: skip
    for name, value in {**LIVE, **at_google}.items():
        monkeypatch.setenv(name, value)
    with capture_logs() as logs:
        async with open_line(Settings.load("live"), worker=False) as line:
            assert await asyncio.to_thread(google.reached.wait, 20)
            assert logs == []
            async with line.pool.connection() as conn:
                await conn.execute("SELECT")


@pytest.mark.parametrize(
    ("said", "helps_waiting"),
    [
        ('FATAL:  password authentication failed for user "line"', False),
        ('FATAL:  database "lin" does not exist', False),
        ('FATAL:  role "lin" does not exist', False),
        ('FATAL:  no pg_hba.conf entry for host "192.0.2.1", user "line"', False),
        ("FATAL:  the database system is starting up", True),
        ("FATAL:  the database system is in recovery mode", True),
        ("FATAL:  sorry, too many clients already", True),
        ("FATAL:  terminating connection due to administrator command", True),
        ("connection to server failed: Connection refused\n\tIs the server running?", True),
        ("connection timeout expired", True),
        ("could not translate host name: Temporary failure in name resolution", True),
        ("server closed the connection unexpectedly", True),
    ],
)
def test_what_waiting_helps(said: str, helps_waiting: bool) -> None:  # noqa: FBT001  # as given
    """Whatever a server may refuse only for a while, and whenever there is none."""
    error = no_answer(psycopg.OperationalError(f"connection failed: {said}"))
    assert isinstance(error, DatabaseAwayError) is helps_waiting
