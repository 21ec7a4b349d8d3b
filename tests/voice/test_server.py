"""What the server process loads and what it does not."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest
from fastapi import FastAPI
from support.live_settings import LIVE

from voice import server
from voice.calls.end_checks import check_ended_calls
from voice.cli import StaffPhone
from voice.http_limits import LimitedProtocol
from voice.settings import Settings
from voice.simulator.handset import Staff

SERVE = """
import sys
from voice.cli import main
sys.argv = ["screening-line", "serve", "--port", "{port}"]
try:
    main()
except SystemExit as ended:
    print(ended)
print([name for name in sys.modules if name.startswith("voice.simulator")])
"""


def test_a_live_line_does_not_load_the_simulator(tmp_path: Path) -> None:
    """`serve` does not import the simulator, up to the port and application that it would start."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = subprocess.run(
            [sys.executable, "-c", SERVE.format(port=taken.getsockname()[1])],
            cwd=tmp_path, env={"PATH": os.defpath, "UNSIGNED_WORDING": "allow", **LIVE},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    stopped, loaded = done.stdout.splitlines()[-2:]
    assert "choose another one with --port" in stopped
    assert loaded == "[]"


def test_the_server_refuses_unsigned_webhooks_by_their_head() -> None:
    """Such a request never reaches the application."""
    protocol = server.server_config(FastAPI()).http
    assert isinstance(protocol, type)
    assert issubclass(protocol, LimitedProtocol)
    assert protocol.unwanted(b"POST", b"/voice/incoming", [])


def test_the_command_itself_loads_no_server_and_no_driver() -> None:
    """`screening-line --help` is fast, as each command loads its code only when it runs."""
    heavy = "alembic fastapi google googleapiclient phonenumbers procrastinate psycopg pydantic"
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, voice.cli; print(*sys.modules)"],
        capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    assert set(heavy.split()) & set(loaded) == set()
    ours = {name for name in loaded if name.startswith("voice.")}
    assert {name for name in ours if not name.startswith("voice.cli")} == {"voice.errors"}


def test_the_command_names_every_outcome_of_the_staff_phone() -> None:
    """`call --staff` accepts every outcome that the simulator supports without loading it."""
    assert set(get_args(StaffPhone)) == {each.value for each in Staff}


def serve_and_work(settings: Settings, port: socket.socket) -> None:
    """`screening-line serve`."""
    server.serve(settings, port, worker=True)


def work_only(settings: Settings, _: socket.socket) -> None:
    """`screening-line work`."""
    server.work_only(settings, once_up=lambda: None)


@pytest.mark.parametrize("start", [serve_and_work, work_only])
def test_every_process_that_runs_jobs_looks_up_calls(
    monkeypatch: pytest.MonkeyPatch, start: Callable[[Settings, socket.socket], None]
) -> None:
    """One process for all, and a worker beside web processes, look up calls without an end."""
    given: list[object] = []

    def opened(*_: object, check_calls: object, **__: object) -> None:
        given.append(check_calls)
        raise InterruptedError

    monkeypatch.setattr(server, "open_line", opened)
    with pytest.raises(InterruptedError), socket.socket() as port:
        start(Settings.load("demo"), port)
    assert given == [check_ended_calls]
