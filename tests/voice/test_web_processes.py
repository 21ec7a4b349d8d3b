"""`serve --workers N` and a systemd socket, with real processes on one port."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import closing, suppress
from http.client import HTTPConnection
from pathlib import Path

import psutil
import pytest
from stand_ins.google.server import SCREENINGS, Google
from support.data_key import DATA_KEY
from support.google_clinic import signed_in
from support.live_settings import LIVE

SERVE = [sys.executable, "-c", "from voice.cli import main; main()", "serve"]
WORKER = [*SERVE[:-1], "worker"]
AS_SYSTEMD = """
import os
os.dup2({fd}, 3)
os.environ |= {{"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1"}}
from voice.cli import main
main()
"""
Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def listening() -> Generator[socket.socket]:
    """A socket as systemd holds it: it queues callers while no line runs."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        yield held


@pytest.fixture
def start(migrated: str, tmp_path: Path) -> Generator[Start]:
    """Start a live line on the test database, and end all its processes after the test."""
    started: list[subprocess.Popen[bytes]] = []
    environment = {
        "PATH": os.defpath, "UNSIGNED_WORDING": "allow",
        "DATABASE_URL": migrated, "DATA_KEY": DATA_KEY,
        "TWILIO_API_URL": "http://127.0.0.1:9", "TEXTS": "off", "TMPDIR": str(tmp_path), **LIVE,
    }  # fmt: skip

    def start(
        *words: str, command: list[str] = SERVE, fds: tuple[int, ...] = (), **more: str
    ) -> subprocess.Popen[bytes]:
        with (tmp_path / "log").open("ab") as log:
            started.append(
                subprocess.Popen(
                    [*command, *words], cwd=tmp_path, env=environment | more, pass_fds=fds,
                    stdout=log, stderr=log, start_new_session=True,
                )
            )  # fmt: skip
        return started[-1]

    yield start
    for process in started:
        for each in _family(process.pid):
            with suppress(psutil.NoSuchProcess):
                each.kill()
        process.wait()


def _family(pid: int) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        first = psutil.Process(pid)
        return [first, *first.children(recursive=True)]
    return []


def asked(line: subprocess.Popen[bytes], port: int, path: str = "/healthz") -> str:
    """The response of a line that may still be starting."""
    while True:
        with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
            try:
                connection.request("GET", path)
                return connection.getresponse().read().decode()
            except ConnectionRefusedError:
                with suppress(subprocess.TimeoutExpired):
                    pytest.fail(f"the line has ended with {line.wait(0.02)}")


def other_of(first: subprocess.Popen[bytes], *, than: int = 0) -> psutil.Process:
    """The additional process of a line, once it has started."""
    while first.poll() is None:
        for each in psutil.Process(first.pid).children():
            if each.pid != than:
                return each
    pytest.fail("the line has ended")


def test_two_processes_answer_on_one_port_and_end_together(start: Start, tmp_path: Path) -> None:
    """Either process answers, a killed one is replaced, and SIGTERM ends both in ten seconds."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    first = start("--workers", "2", "--port", str(port))
    assert asked(first, port) == "alive\n"
    killed = other_of(first)
    killed.kill()
    (counted,) = tmp_path.glob("screening-line-metrics-*")
    (counted / "histogram_1.db").touch()  # of a process that was killed while it made its file
    second = other_of(first, than=killed.pid)
    first.send_signal(signal.SIGSTOP)
    assert asked(first, port) == "alive\n"
    first.send_signal(signal.SIGCONT)
    second.suspend()
    assert asked(first, port) == "alive\n"
    second.resume()
    metrics = asked(first, port, "/metrics")
    assert 'route="/healthz",status="200"' in metrics
    assert metrics.count("\nscreening_line_database_up 1.0") == 1
    first.terminate()
    assert first.wait(60) == 0
    assert not second.is_running()
    assert not counted.exists()


def test_metrics_have_what_a_worker_of_its_own_counts(start: Start, tmp_path: Path) -> None:
    """Both share a folder; a start removes the files of ended processes from it."""
    folder = tmp_path / "run" / "metrics"
    folder.mkdir(parents=True)
    (folder / "counter_ended-1.db").write_bytes(b"of a process that has ended")
    (folder / "ended-1.lock").touch()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    shared = {"PROMETHEUS_MULTIPROC_DIR": str(folder)}
    line = start("--no-worker", "--port", str(port), **shared)
    counter = "screening_line_google_errors_total{"
    assert counter not in asked(line, port, "/metrics")
    assert not (folder / "ended-1.lock").exists()
    with Google() as away:
        file = signed_in(away, tmp_path)
    of_google = {
        "GOOGLE_CREDENTIALS_FILE": str(file),
        "GOOGLE_SCREENINGS_CALENDAR_ID": SCREENINGS,
        **shared,
    }
    first = start(command=WORKER, **of_google)
    while counter not in asked(line, port, "/metrics"):
        assert first.poll() is None
    first.kill()
    first.wait()
    assert counter in asked(line, port, "/metrics")
    assert 'route="/metrics",status="200"' in asked(line, port, "/metrics")


def test_a_metrics_folder_that_cannot_be_used_is_named(start: Start, tmp_path: Path) -> None:
    """The message says which setting, and why."""
    (tmp_path / "file").touch()
    line = start(PROMETHEUS_MULTIPROC_DIR=str(tmp_path / "file" / "folder"))
    assert line.wait(60) == 1
    said = (tmp_path / "log").read_text()
    assert "PROMETHEUS_MULTIPROC_DIR" in said
    assert "Not a directory" in said
    assert "Traceback" not in said


def test_a_line_without_a_data_key_warns_once(start: Start, tmp_path: Path) -> None:
    """Numbers and answers would be stored unencrypted; the sentence says what to do."""
    line = start("--workers", "2", DATA_KEY="")
    assert line.wait(60) == 1  # the test database is encrypted
    said = (tmp_path / "log").read_text()
    assert said.count("no data key is set") == 1
    assert "encrypt --new-key" in said


def test_the_others_end_with_a_first_process_that_is_killed(start: Start) -> None:
    """When the first process is killed, no other one keeps answering without jobs."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    first = start("--workers", "2", "--port", str(port))
    assert asked(first, port) == "alive\n"
    second = other_of(first)
    first.kill()
    second.wait(60)
    assert not second.is_running()


def test_whoever_has_connected_is_answered(start: Start) -> None:
    """A request that is on its way when SIGTERM comes is read after the line stopped listening."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    line = start("--port", str(port))
    asked(line, port)
    early = [HTTPConnection("127.0.0.1", port, timeout=30) for _ in range(3)]
    for connection in early:
        connection.connect()
    asked(line, port)  # so it has accepted them
    line.terminate()
    with suppress(ConnectionError):
        while True:
            socket.create_connection(("127.0.0.1", port), 30).close()
    for connection in early:
        with closing(connection):
            connection.request("GET", "/healthz")
            assert connection.getresponse().read() == b"alive\n"
    assert line.wait(60) == 0


def test_callers_wait_in_systemds_socket_while_the_line_restarts(
    start: Start, listening: socket.socket
) -> None:
    """A request that arrives during a restart is answered by the new process."""
    line = [sys.executable, "-c", AS_SYSTEMD.format(fd=listening.fileno()), "serve"]
    port = listening.getsockname()[1]
    first = start(command=line, fds=(listening.fileno(),))
    assert asked(first, port) == "alive\n"
    first.terminate()
    assert first.wait(60) == 0
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as between:
        between.request("GET", "/healthz")
        start(command=line, fds=(listening.fileno(),))
        assert between.getresponse().read() == b"alive\n"
