"""A process of the release before goes on while the new release has migrated its database."""

import asyncio
import os
import random
import shutil
import socket
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from prove.network import Network, get
from prove.patients import SORRY, Patient
from stand_ins.twilio.server import ACCOUNT, TOKEN
from support.live_settings import LIVE
from support.own_database import own_database

from voice.database import migrations
from voice.database.connection import migrated_to, prepare

ROOT = Path(__file__).parents[3]
CALLS = 40
"""At most so many callers, each decided by chance with a fixed seed, until one is booked."""


def git(*words: str) -> str:
    """What git says; the test is skipped where there is no history."""
    program = shutil.which("git")
    if program is None:
        pytest.skip("git is not installed, so there is no earlier release to start")
    done = subprocess.run([program, *words], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"no history here, so no earlier release to start: {done.stderr.strip()}")
    return done.stdout.strip()


@pytest.fixture
def before(tmp_path: Path) -> Path:
    """The code of the last commit without the newest migration, its numbers in order."""
    folder = Path(str(migrations.__file__)).parent / "versions"
    for commit in git("log", "--format=%H", "-50", "--", str(folder)).splitlines():
        names = git("ls-tree", "--name-only", f"{commit}:{folder.relative_to(ROOT)}").splitlines()
        numbers = sorted(name[:4] for name in names if name[:4].isdigit())
        if numbers[-1] < migrations.newest() and len(set(numbers)) == len(numbers):
            archive = tmp_path / "before.tar"
            git("archive", "--output", str(archive), commit, "voice", "calendar_sync")
            shutil.unpack_archive(archive, tmp_path / "before", filter="data")
            return tmp_path / "before"
    pytest.skip("the history that is here has no commit before the newest migration")


@pytest.fixture
def empty(server: tuple[str, str]) -> Generator[str]:
    """A database without tables."""
    with own_database(server, "_before") as dsn:
        yield dsn


@pytest.fixture
def old_line(before: Path, empty: str, tmp_path: Path) -> Generator[int]:
    """The port of a line of that code, which has made its tables and runs its jobs."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    environment = {
        "PATH": os.defpath, "PYTHONPATH": str(before), "DATABASE_URL": empty, **LIVE,
        "TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN, "TEXTS": "off",
        "UNSIGNED_WORDING": "allow", "LIMITS": "off", "TWILIO_API_URL": "http://127.0.0.1:9",
    }  # fmt: skip
    with (tmp_path / "log").open("wb") as log:
        line = subprocess.Popen(
            [sys.executable, "-c", "from voice.cli import main; main()", "serve", "--port",
             str(port)],
            cwd=tmp_path, env=environment, stdout=log, stderr=log,
        )  # fmt: skip
    yield port
    line.kill()
    line.wait()
    sys.stdout.write((tmp_path / "log").read_text())  # shown when the test fails


async def test_it_still_books(old_line: int, empty: str) -> None:
    """On the new tables, while the new release's processes start beside it."""
    async with asyncio.timeout(60):
        while await get(old_line, "/readyz") != "ready":  # noqa: ASYNC110  # another process
            await asyncio.sleep(0.1)
    old = migrated_to(empty)
    prepare(empty)
    assert old != migrated_to(empty) == migrations.newest()
    network = Network(lambda: [old_line], random.Random(1), 0, base_url=LIVE["PUBLIC_BASE_URL"])  # noqa: S311  # no secret
    for number in range(CALLS):
        patient = Patient.arrive(network, f"before {number}", pace=0)
        await patient.call()
        assert not any(SORRY.search(str(heard)) for heard in patient.heard)
        if any(heard.step.startswith("booked") for heard in patient.heard):
            break
    else:
        pytest.fail(f"none of {CALLS} callers was booked")
