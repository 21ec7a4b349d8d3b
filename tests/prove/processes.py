"""The line's processes: started, found dead, started again, ended; and how they are set up."""

import asyncio
import json
import os
import random
import signal
import socket
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

ROOT = Path(__file__).parents[2]
_POINTS = 20
"""At how many points a process may die that has some; it does at the first of them."""


@dataclass
class Processes:
    """All processes of one line. `kill_points`: new ones get a point to die at, if there is one."""

    folder: Path
    env: dict[str, str]
    chance: random.Random
    poll: int = 5
    """How often in seconds the line does what it does each minute otherwise."""
    wanted: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    """Names of processes and the words of their commands: whatever is here is kept running."""
    running: dict[str, int] = field(default_factory=dict[str, int])
    kill_points: float = 0.0
    """The share of processes that get a point to die at."""
    deaths: Counter[str] = field(default_factory=Counter[str])
    left: Counter[str] = field(default_factory=Counter[str])
    """How often a process ended by itself, by name and exit code."""
    ports: dict[str, int] = field(default_factory=dict[str, int])
    _kills: dict[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        """Fork what starts them, see `entry`, before there is much in this process to copy."""
        orders, self._orders = os.pipe()
        self._said, said = os.pipe()
        self._entry = os.fork()
        if self._entry == 0:
            for here, there in ((orders, 0), (said, 1)):
                os.dup2(here, there)
            os.closerange(3, 64)
            from prove import entry  # noqa: PLC0415  # slow, and not needed in this process

            entry.main()
            os._exit(0)
        os.close(orders)
        os.close(said)

    async def __aenter__(self) -> Self:
        self._lines = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(self._lines), os.fdopen(self._said, "rb")
        )
        await self._line()
        self._reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        self.wanted = {}
        for name in list(self.running):
            self.kill(name)
        self._reading.cancel()
        os.close(self._orders)
        await asyncio.to_thread(os.waitpid, self._entry, 0)

    @property
    def web(self) -> list[int]:
        """The ports of all web processes, whether or not they run just now."""
        return list(self.ports.values())

    def want(self, name: str, *words: str, web: bool = False) -> None:
        """Keep this process running from now on."""
        more = ["--port", str(self.ports.setdefault(name, free_port()))] if web else []
        self.wanted[name] = [*words, *more]
        if name not in self.running:
            self._start(name)

    def kill(self, name: str, why: str = "random") -> None:
        """Kill -9."""
        if pid := self.running.get(name):
            self._kills[name] = why
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    async def restart(self) -> None:
        """Stop all with SIGTERM, wait for their end, and start them again."""
        wanted, self.wanted = self.wanted, {}
        while not all(self.running.values()):  # noqa: ASYNC110  # until each has said its number
            await asyncio.sleep(0.01)
        for name, pid in list(self.running.items()):
            self._kills[name] = "SIGTERM"
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._gone(), 30)
        for name in list(self.running):
            self.kill(name, "did not stop within 30 s")
        await self._gone()
        self.wanted = wanted
        for name in wanted:
            self._start(name)

    def points(self, kind: str = "") -> list[str]:
        """The names of all points met so far, by any process or by those of one kind."""
        files = self.folder.glob(f"points-{kind or '*'}")
        return sorted({name for file in files for name in file.read_text().splitlines()})

    async def _gone(self) -> None:
        while self.running:  # noqa: ASYNC110  # one place waits, and not often
            await asyncio.sleep(0.1)

    def _start(self, name: str) -> None:
        kind = name.rstrip("0123456789")
        kills: list[tuple[str, str, int]] = []
        if (known := self.points(kind)) and self.chance.random() < self.kill_points:
            kills = [
                (point, self.chance.choice(["before", "after"]), self.chance.choice([1, 2, 5, 10]))
                for point in self.chance.sample(known, min(_POINTS, len(known)))
            ]
        order = {
            "name": name,
            "words": self.wanted[name],
            "env": self.env,
            "folder": str(self.folder),
            "now": datetime.now(UTC).isoformat(),
            "every": self.poll,
            "kind": kind,
            "kills": kills,
        }
        self.running[name] = 0
        os.write(self._orders, json.dumps(order).encode() + b"\n")

    async def _read(self) -> None:
        while words := await self._line():
            match words:
                case ["up", name, pid]:
                    self.running[name] = int(pid)
                case ["down", name, status]:
                    self.running.pop(name, None)
                    why = self._kills.pop(name, "")
                    if int(status) == -signal.SIGKILL:
                        self.deaths[why or self._point(name)] += 1
                    elif why != "SIGTERM":
                        self.left[f"{name} exit code {status}"] += 1
                        await asyncio.sleep(0.3)
                    if name in self.wanted:
                        self._start(name)
                case _:
                    pass

    def _point(self, name: str) -> str:
        """The point at which a process killed itself."""
        file = self.folder / f"{name}.died"
        return file.read_text() if file.exists() else "unknown"

    async def _line(self) -> list[str]:
        return (await self._lines.readline()).decode().split()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
