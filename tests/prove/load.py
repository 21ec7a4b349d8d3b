"""Many whole calls at once, in the rhythm of callers: `make load CALLS=500 SECONDS=60`.

The real command with its real PostgreSQL and signed HTTP on this computer alone; each caller
presses a key, or stays silent, `PAUSE` seconds after a prompt, and a call that ends is followed by
another one; one that is turned away is, a call's length later. So twice as many calls as can be
served are twice the arrivals. Nothing is measured until as many calls as asked for are live.

The callers take a processor too. What a process could do with one of its own follows from the
processor time of a turn, which is printed with the turns a second, and the live calls, at which
such a process turns new calls away.
"""

import argparse
import asyncio
import os
import random
import secrets
import sys
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from prove.databases import Database
from prove.load_report import Measured, report
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
"""Seconds over which the first calls begin: about as long as a call, so all its turns are met."""
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Load:
    """So many calls at once, until `over`."""

    network: Network
    chance: random.Random
    seen: Measured
    rise: float
    """As RISE; a caller who is turned away makes room for another one after as long."""
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
            end = _end_of(call)
            if self.seen.turn:
                self.seen.ended[end] += 1
            if end == "turned away":
                await asyncio.sleep(self.rise)

    async def _paced(self, url: str, form: Form) -> Answer:
        """Post when the caller would; what is measured is the answer alone."""
        kind = url.rpartition("/")[2].partition("?")[0]
        if kind == "turn":
            await asyncio.sleep(self.chance.uniform(PAUSE - 1, PAUSE + 1))
        began = time.monotonic()
        answer = await self.network(url, form)
        self.network.exchanges.clear()
        if self.seen.turn:
            took = time.monotonic() - began
            self.seen.times["first turns" if kind == "incoming" else self.seen.turn].append(took)
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
    parser.add_argument("--rise", type=float, default=RISE, help="seconds until all calls are live")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--apart", action="store_true", help="jobs have a process of their own")
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
        serve = ["serve", "--port", str(port), "--workers", str(asked.workers)]
        commands = [[*serve, "--no-worker"], ["worker"]] if asked.apart else [serve]
        pids = list[int]()
        for command, state in zip(
            commands, ["no worker is up", "ready"][-len(commands) :], strict=True
        ):
            process = await stack.enter_async_context(_started(folder, env, command))
            while await get(port, "/readyz") != state:
                if process.returncode is not None:
                    raise SystemExit((folder / "log").read_text()[-2000:])
                await asyncio.sleep(0.2)
            pids.append(process.pid)
        seen = Measured()
        load = Load(Network(lambda: [port], chance, doubled=0), chance, seen, asked.rise)
        callers = [
            asyncio.create_task(load.caller(asked.rise * number / asked.calls))
            for number in range(asked.calls)
        ]
        await asyncio.sleep(asked.rise + 2 * PAUSE)
        seen.turn, before = "turns", _used(pids, database)
        began = time.monotonic()
        await asyncio.sleep(asked.seconds / 2)
        if asked.hang:
            google.faults.extend(
                Fault(method, "hang", times=10_000)
                for method in ("freebusy.query", "events.list", "events.insert", "events.get")
            )
            seen.turn = "turns while Google hangs"
            await asyncio.sleep(asked.hang)
            google.faults.clear()
            seen.turn = "turns"
        await asyncio.sleep(asked.seconds / 2)
        took, after = time.monotonic() - began, _used(pids, database)
        seen.turn, load.over = "", True
        for task in callers:
            task.cancel()
        await asyncio.gather(*callers, return_exceptions=True)
        report(asked, seen, took, {name: after[name] - before.get(name, 0) for name in after})


@asynccontextmanager
async def _started(
    folder: Path, env: dict[str, str], command: Sequence[str]
) -> AsyncGenerator[asyncio.subprocess.Process]:
    """A process of the line, until the context ends."""
    program = Path(sys.executable).with_name("screening-line")
    with (folder / "log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            program, *command, cwd=folder, stdout=log, stderr=log,
            env=os.environ | env | {"PYTHONPATH": str(ROOT)},
        )  # fmt: skip
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


def _used(pids: Sequence[int], database: Database) -> dict[str, float]:
    """Seconds of processor until now; `pids` are the web process and, if jobs have one, the worker.

    The callers have Google and Twilio in their process.
    """
    web, *worker = pids
    others = [
        child
        for child in _children(web)
        if b"web_processes" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]
    return {
        "web": sum(map(_seconds, [web, *others])),
        "worker": sum(map(_seconds, worker)),
        "PostgreSQL": sum(map(_seconds, database.processes())),
        "callers": time.process_time(),
    }


def _children(pid: int) -> Sequence[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def _seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return sum(map(int, fields[11:15])) / _TICKS


if __name__ == "__main__":
    main()
