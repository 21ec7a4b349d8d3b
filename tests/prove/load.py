"""Many whole calls at once, in the rhythm of callers: `make load CALLS=500 SECONDS=60`.

The real command with its real PostgreSQL and signed HTTP on this computer alone; each caller
presses a key, or stays silent, `PAUSE` seconds after a prompt, and a call that ends is followed by
another one. Nothing is measured until as many calls as asked for are live.
"""

import argparse
import asyncio
import os
import random
import secrets
import sys
import time
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from prove.databases import Database
from prove.network import BASE, Network, get
from prove.options import run_folder, settings
from prove.processes import ROOT, free_port
from stand_ins.google.faults import Fault
from stand_ins.google.server import Google
from stand_ins.twilio.server import ACCOUNT, Twilio
from support.flood_calls import FloodCall

from voice.simulator.caller_id import CallerId
from voice.simulator.transport import Answer, Form

PAUSE = 8.0
"""Seconds between a prompt's document and the caller's next request."""
RISE = 160.0
"""Seconds over which the first calls begin: as long as a call, so that all its turns are met."""
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Measured:
    """What the callers saw while it was measured."""

    on: bool = False
    arrivals: list[float] = field(default_factory=list[float])
    turns: list[float] = field(default_factory=list[float])
    """Seconds until the answer."""
    said: Counter[str] = field(default_factory=Counter[str])
    ended: Counter[str] = field(default_factory=Counter[str])


@dataclass
class Load:
    """So many calls at once, until `over`."""

    network: Network
    chance: random.Random
    seen: Measured
    over: bool = False
    _numbers: int = 0

    async def caller(self, wait: float) -> None:
        """One call after the other, from different numbers; the first after `wait` seconds."""
        await asyncio.sleep(wait)
        while not self.over:
            self._numbers += 1
            number = f"+1425{2_000_000 + self._numbers * 37 % 7_000_000:07}"
            who = CallerId(number, account_sid=ACCOUNT, call_sid="CA" + secrets.token_hex(16))
            call = FloodCall(self._paced, BASE, who, "patient", self.chance)
            await call.live()
            if self.seen.on:
                self.seen.ended[_end_of(call)] += 1

    async def _paced(self, url: str, form: Form) -> Answer:
        """Post when the caller would; what is measured is the answer alone."""
        kind = url.rpartition("/")[2].partition("?")[0]
        if kind == "turn":
            await asyncio.sleep(self.chance.uniform(PAUSE - 1, PAUSE + 1))
        began = time.monotonic()
        answer = await self.network(url, form)
        self.network.exchanges.clear()
        if self.seen.on:
            took = time.monotonic() - began
            (self.seen.arrivals if kind == "incoming" else self.seen.turns).append(took)
            self.seen.said[_kind(answer)] += 1
        return answer


def _kind(answer: Answer) -> str:
    body = answer.body.decode("utf-8", "replace")
    if answer.status != 200:
        return f"status {answer.status}"
    if "omething went wrong" in body:
        return "fallback response"
    return "line full" if "Too many people" in body else "answered"


def _end_of(call: FloodCall) -> str:
    if call.is_booked:
        return "booked"
    last = " ".join(call.said[-2:])
    if "Too many people" in last:
        return "turned away"
    return "broken" if "omething went wrong" in last or not last.strip() else "ended otherwise"


def main() -> None:
    """The whole run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--hang", type=float, default=0, help="seconds that Google hangs midway")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    asyncio.run(_run(asked))


async def _run(asked: argparse.Namespace) -> None:
    chance = random.Random(asked.seed)  # noqa: S311  # a run can be repeated
    folder = run_folder("load-")
    async with AsyncExitStack() as stack:
        google, twilio = stack.enter_context(Google()), stack.enter_context(Twilio())
        env = settings(google, twilio, folder) | {"HORIZON_DAYS": "55"}
        database = Database(folder / "data", "screening_line")
        port = free_port()
        pid = await stack.enter_async_context(_serve(folder, env, port, asked.workers))
        seen = Measured()
        load = Load(Network(lambda: [port], chance, doubled=0), chance, seen)
        callers = [
            asyncio.create_task(load.caller(RISE * number / asked.calls))
            for number in range(asked.calls)
        ]
        await asyncio.sleep(RISE + 2 * PAUSE)
        seen.on, before = True, _used(pid, database)
        began = time.monotonic()
        await asyncio.sleep(asked.seconds / 2)
        if asked.hang:
            google.faults.extend(
                Fault(method, "hang", times=10_000)
                for method in ("freebusy.query", "events.list", "events.insert", "events.get")
            )
            await asyncio.sleep(asked.hang)
            google.faults.clear()
        await asyncio.sleep(asked.seconds / 2)
        took, after = time.monotonic() - began, _used(pid, database)
        seen.on, load.over = False, True
        for task in callers:
            task.cancel()
        await asyncio.gather(*callers, return_exceptions=True)
        _report(asked, seen, took, {name: after[name] - before.get(name, 0) for name in after})


@asynccontextmanager
async def _serve(folder: Path, env: dict[str, str], port: int, workers: int) -> AsyncGenerator[int]:
    """The line, as `serve` starts it; its process id."""
    command = Path(sys.executable).with_name("screening-line")
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            command, "serve", "--port", str(port), "--workers", str(workers),
            cwd=folder, env=os.environ | env | {"PYTHONPATH": str(ROOT)}, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        while await get(port, "/readyz") != "ready":
            if process.returncode is not None:
                raise SystemExit((folder / "log").read_text()[-2000:])
            await asyncio.sleep(0.2)
        yield process.pid
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


def _used(pid: int, database: Database) -> dict[str, float]:
    """Seconds of processor that each process of the line has used until now."""
    used = {"web": _seconds(pid)}
    for number, child in enumerate(_children(pid)):
        if b"web_processes" in Path(f"/proc/{child}/cmdline").read_bytes():
            used[f"web {number + 2}"] = _seconds(child)
    return used | {"PostgreSQL": sum(map(_seconds, database.processes()))}


def _children(pid: int) -> Sequence[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def _seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return (int(fields[11]) + int(fields[12]) + int(fields[13]) + int(fields[14])) / _TICKS


def _report(asked: argparse.Namespace, seen: Measured, took: float, used: dict[str, float]) -> None:
    print(f"{asked.calls} live calls, {asked.workers} web processes, {took:.0f} s")  # noqa: T201  # the result
    for name, times in (("first turns", seen.arrivals), ("turns", seen.turns)):
        ordered = sorted(times) or [0.0]
        p50, p99 = (1000 * ordered[int(len(ordered) * each)] for each in (0.5, 0.99))
        rate = len(times) / took
        print(  # noqa: T201  # the same
            f"  {name}: {rate:.0f}/s, p50 {p50:.0f} ms, p99 {p99:.0f} ms,"
            f" longest {1000 * ordered[-1]:.0f} ms"
        )
    print(f"  answers: {dict(seen.said)}; calls ended: {dict(seen.ended)}")  # noqa: T201  # the same
    cores = {name: f"{seconds / took:.2f}" for name, seconds in used.items()}
    print(f"  cores: {cores}")  # noqa: T201  # the same


if __name__ == "__main__":
    main()
