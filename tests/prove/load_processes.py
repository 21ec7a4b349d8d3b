"""The processes of a load run, and how long each has used a processor."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from prove.databases import Database
from prove.network import get
from prove.processes import ROOT, free_port

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Used:
    """Seconds until now, by process: on a processor, and waiting for one while others use it."""

    computed: dict[str, float]
    waited: dict[str, float]

    def since(self, before: "Used") -> "Used":
        """What was added since then."""
        return Used(_less(self.computed, before.computed), _less(self.waited, before.waited))


@dataclass(frozen=True, slots=True)
class Running:
    """A line with its stand-ins."""

    port: int
    database: Database
    stand_ins: asyncio.subprocess.Process
    web: int
    worker: int | None
    """Process ids; None if the jobs run in a web process."""

    def google(self, order: str) -> None:
        """Order "hang" or "answer": see `load_stand_ins`."""
        assert self.stand_ins.stdin
        self.stand_ins.stdin.write(f"{order}\n".encode())

    def used(self) -> Used:
        """By web processes, worker, PostgreSQL, callers and stand-ins."""
        web = [
            child
            for child in _children(self.web)
            if b"web_processes" in Path(f"/proc/{child}/cmdline").read_bytes()
        ]
        processes = {
            "web": [self.web, *web],
            "worker": [self.worker] if self.worker else [],
            "PostgreSQL": self.database.processes(),
            "callers": [os.getpid()],
            "stand-ins": [self.stand_ins.pid],
        }
        return Used(
            {name: sum(map(_computed, pids)) for name, pids in processes.items()},
            {name: sum(map(_waited, pids)) for name, pids in processes.items()},
        )


@asynccontextmanager
async def running(folder: Path, workers: int, *, apart: bool) -> AsyncGenerator[Running]:
    """A big clinic's line, until the context ends; with `apart` jobs have their own process."""
    async with AsyncExitStack() as stack:
        module = [sys.executable, "-m", "prove.load_stand_ins", str(folder)]
        stand_ins = await stack.enter_async_context(_started(folder, {}, module))
        assert stand_ins.stdout
        env = json.loads(await stand_ins.stdout.readline()) | BIG_CLINIC
        port, program = free_port(), str(Path(sys.executable).with_name("screening-line"))
        serve = [program, "serve", "--port", str(port), "--workers", str(workers)]
        commands = [[*serve, "--no-worker"], [program, "worker"]] if apart else [serve]
        states = ["no worker is up", "ready"][-len(commands) :]
        pids = list[int]()
        for command, state in zip(commands, states, strict=True):
            process = await stack.enter_async_context(_started(folder, env, command))
            while await get(port, "/readyz") != state:
                if process.returncode is not None:
                    raise SystemExit((folder / "log").read_text()[-2000:])
                await asyncio.sleep(0.2)
            pids.append(process.pid)
        database = Database(folder / "data", "screening_line")
        yield Running(port, database, stand_ins, pids[0], pids[1] if apart else None)


BIG_CLINIC = {
    "CLINICIANS": str(Path(__file__).with_name("team.toml")),
    "OPENING_HOURS": "Mon-Sun 06:00-22:00",
    "SCREENING_MINUTES": "15",
    "BUFFER_MINUTES": "0",
    "HORIZON_DAYS": "55",
}
"""Two therapists with 64 times a day each: 7,000 for the thousands of callers of a run."""


@asynccontextmanager
async def _started(
    folder: Path, env: dict[str, str], command: Sequence[str]
) -> AsyncGenerator[asyncio.subprocess.Process]:
    """A process with its log in `folder`, until the context ends."""
    is_module, pipe = command[1] == "-m", asyncio.subprocess.PIPE
    with (folder / "log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *command, cwd=folder, stderr=log, stdin=pipe, stdout=pipe if is_module else log,
            env=os.environ | env | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"},
        )  # fmt: skip
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


def _less(now: dict[str, float], before: dict[str, float]) -> dict[str, float]:
    return {name: now[name] - before[name] for name in now}


def _children(pid: int) -> Sequence[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def _computed(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return sum(map(int, fields[11:15])) / _TICKS


def _waited(pid: int) -> float:
    """Of its main thread: https://docs.kernel.org/scheduler/sched-stats.html."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
    except (OSError, IndexError):
        return 0
