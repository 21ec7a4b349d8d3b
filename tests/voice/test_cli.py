"""Every command-line error is one clear sentence with a remedy, and exit code 1."""

import os
import socket
import subprocess
import sys
from collections.abc import Generator
from importlib.metadata import version
from pathlib import Path

import pytest
from support.command_line import Run, live, run
from support.live_settings import LIVE

from voice.database.embedded import Engine

__all__ = ["live", "run"]


@pytest.fixture
def taken() -> Generator[str]:
    """A port that another process listens on."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield str(other.getsockname()[1])


def test_a_taken_port_is_found_before_anything_is_started(
    run: Run, taken: str, data_dir: Path
) -> None:
    """A port in use is reported with a remedy before any data folder is created."""
    code, said = run("demo", "--port", taken)
    assert code == 1
    assert f"port {taken}" in said
    assert f"choose another one with --port: make demo PORT={int(taken) + 1}" in said
    assert not data_dir.exists()


def test_a_second_line_on_the_same_data_is_refused(run: Run, data_dir: Path, port: str) -> None:
    """A second line on the same data is refused, as each would stop the other's embedded engine."""
    first = Engine(data_dir)
    first.claim()
    code, said = run("demo", "--port", port)
    first.stop()
    assert code == 1
    assert "Another Screening Line" in said
    assert "DATA_DIR" in said


def test_a_data_folder_that_cannot_be_used_is_told(run: Run, data_dir: Path, port: str) -> None:
    """An unusable data folder is reported with a remedy."""
    data_dir.write_text("in the way")
    code, said = run("demo", "--port", port)
    assert code == 1
    assert f"The data folder {data_dir} cannot be used" in said


def test_live_with_wrong_settings_does_not_start(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """All wrong settings are named at once."""
    monkeypatch.setenv("OPENING_HOURS", "always")
    code, said = run("serve")
    assert code == 1
    for name in (*LIVE, "OPENING_HOURS"):
        assert name in said


def test_unsigned_wording_keeps_a_live_line_from_starting(live: Run) -> None:
    """Patients hear only what a clinician signed, unless UNSIGNED_WORDING allows it."""
    code, said = live("serve")
    assert code == 1
    assert "not signed by a clinician" in said
    assert "UNSIGNED_WORDING=allow" in said


def test_unsigned_wording_can_be_allowed_and_is_warned_of(
    live: Run, monkeypatch: pytest.MonkeyPatch, taken: str
) -> None:
    """With unsigned wording allowed, startup goes on to the next check, here the port in use."""
    monkeypatch.setenv("UNSIGNED_WORDING", "allow")
    code, said = live("serve", "--port", taken)
    assert code == 1
    assert "Warning: " in said
    assert f"port {taken}" in said


@pytest.fixture
def port() -> str:
    """A port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return str(free.getsockname()[1])


def test_the_version_is_printed(run: Run) -> None:
    """The installed version is printed, for problem reports."""
    code, said = run("--version")
    assert code == 0
    assert said == f"screening-line {version('screening-line')}\n"


def test_only_what_runs_the_line_counts_in_the_metrics_folder(tmp_path: Path) -> None:
    """Other commands run beside it, perhaps where that folder cannot be written."""
    main = [sys.executable, "-c", "from voice.cli import main; main()", "check"]
    env = {"PATH": os.defpath, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "nowhere")}
    ended = subprocess.run(main, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert "the first start creates it" in ended.stdout
    assert ended.stderr == ""
