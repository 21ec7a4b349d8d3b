"""A demo is started, used, stopped with Ctrl-C, killed, and started again."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Generator
from contextlib import suppress
from pathlib import Path

import pytest
from support.forked import Forked, screening_line

COMMAND = Path(sys.executable).with_name("screening-line")
Start = Callable[..., "Demo"]


class Demo:
    """A demo in a process of its own; `installed`: of the command that a terminal starts."""

    def __init__(self, data_dir: Path, *, installed: bool) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = str(free.getsockname()[1])
        self.data_dir = data_dir
        self._log = data_dir.parent / f"{self.port}.log"
        folder, env = data_dir.parent, environment(data_dir)
        words = ("demo", "--port", self.port)
        self.process: subprocess.Popen[bytes] | Forked
        with self._log.open("ab") as log:
            if installed:
                self.process = subprocess.Popen(
                    [COMMAND, *words], cwd=folder, env=env, stdout=log, stderr=log,
                    start_new_session=True,
                )  # fmt: skip
            else:
                output = log.fileno()
                self.process = Forked(screening_line, *words, folder=folder, env=env, output=output)

    def is_ready(self) -> "Demo":
        """Wait up to a minute until it accepts calls."""
        give_up = time.monotonic() + 60
        while self.process.poll() is None and time.monotonic() < give_up:
            ready = f"http://127.0.0.1:{self.port}/readyz"
            with suppress(OSError), urllib.request.urlopen(ready, timeout=5) as answer:
                assert answer.read() == b"ready\n"
                return self
            time.sleep(0.05)
        pytest.fail(f"The demo did not come up: {self.said()}")

    def said(self) -> str:
        """All its output so far."""
        return self._log.read_text()

    def says(self, words: str) -> None:
        """Wait up to a minute until it has said this."""
        give_up = time.monotonic() + 60
        while words not in self.said():
            assert time.monotonic() < give_up, self.said()
            time.sleep(0.02)

    def stops_with(self, number: signal.Signals) -> str:
        """Send the signal, and return all output after it stopped."""
        os.kill(self.process.pid, number)
        assert self.process.wait(30) == 0, self.said()
        return self.said()

    def postgres(self) -> int:
        """The process id of its PostgreSQL."""
        return int((self.data_dir / "postgres" / "postmaster.pid").read_text().split()[0])


def environment(data_dir: Path) -> dict[str, str]:
    return {"PATH": os.defpath, "DATA_DIR": str(data_dir), "HOME": str(data_dir.parent)}


def lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def ends(process: int) -> bool:
    """Whether it stops within half a minute; removing its files is its last step."""
    give_up = time.monotonic() + 30
    while lives(process) and time.monotonic() < give_up:
        time.sleep(0.01)
    return not lives(process)


@pytest.fixture(scope="module")
def folder(data_dirs: Path) -> Path:
    """One data folder for all the tests of this file."""
    folder = data_dirs / "demo"
    folder.mkdir()
    return folder / "data"


@pytest.fixture
def start(folder: Path) -> Generator[Start]:
    """Start a demo, and always stop it and its PostgreSQL at the end."""
    started: list[Demo] = []

    def start(*, installed: bool = False) -> Demo:
        started.append(Demo(folder, installed=installed))
        return started[-1]

    yield start
    for demo in started:
        demo.process.kill()
        demo.process.wait()
    with suppress(OSError):
        os.kill(started[0].postgres(), signal.SIGINT)


def run(folder: Path, *words: str) -> str:
    """What another command on the same data says, in its own process."""
    with (folder.parent / "said").open("w+") as said:
        command = Forked(
            screening_line, *words,
            folder=folder.parent, env=environment(folder), output=said.fileno(),
        )  # fmt: skip
        assert command.wait(60) == 0
        said.seek(0)
        return said.read()


def test_a_demo_is_used_and_stopped(start: Start, folder: Path) -> None:
    """Ctrl-C leaves no process and no temporary file."""
    demo = start(installed=True).is_ready()
    file = folder / "demo.json"
    assert file.stat().st_mode & 0o777 == 0o600
    told = json.loads(file.read_text())
    assert (told["url"], told["pid"]) == (f"http://127.0.0.1:{demo.port}", demo.process.pid)

    came_of_it = run(folder, "call", "--keys", "0 1 h")
    assert "Asked staff to call ··0123 back" in came_of_it
    again = run(folder, "demo")
    assert f"already running: open http://127.0.0.1:{demo.port}/phone" in again

    demo.says("  A call came in from ··0123.\n")
    demo.says("  Asked staff to call ··0123 back: ")
    postgres = demo.postgres()
    said = demo.stops_with(signal.SIGINT)
    assert ".venv/bin/screening-line call" in said
    assert f"http://127.0.0.1:{demo.port}" in said
    assert "Traceback" not in said
    assert ends(postgres)
    assert not file.exists()


def test_a_demo_starts_again_even_when_it_was_killed(start: Start, folder: Path) -> None:
    """Data survives a kill, and the remaining PostgreSQL is reused and stopped at the end."""
    demo = start().is_ready()
    assert "(425) 555-0123" in run(folder, "callbacks")
    postgres = demo.postgres()
    demo.process.kill()
    demo.process.wait()
    assert lives(postgres)

    again = start().is_ready()
    assert again.postgres() == postgres
    told = json.loads((folder / "demo.json").read_text())
    assert told["pid"] == again.process.pid
    again.stops_with(signal.SIGTERM)
    assert ends(postgres)


def test_ctrl_c_while_it_starts_leaves_nothing(start: Start, folder: Path) -> None:
    """Everything started so far is stopped."""
    demo = start()
    while not (folder / "postgres" / "postmaster.pid").exists():
        assert demo.process.poll() is None, demo.said()
        time.sleep(0.01)
    demo.stops_with(signal.SIGINT)
    assert not (folder / "postgres" / "postmaster.pid").exists()
