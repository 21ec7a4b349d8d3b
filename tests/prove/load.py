"""Many whole calls at once, in the rhythm of callers: `make load CALLS=500 SECONDS=60`.

The real command with its real PostgreSQL and signed HTTP on this computer alone. So many callers
arrive a minute that as many calls as asked for are live if each is served; twice as many are twice
the arrivals. Nothing is measured until calls have lasted for as long as a call does.

Callers and stand-ins take a processor too, which is printed with what the line takes. What a
process could do with a processor of its own follows from the processor time of a turn: the turns a
second, and the live calls, at which it turns new calls away.
"""

import argparse
import asyncio
import random
import time

import uvloop
from prove.load_callers import CALL_SECONDS, Callers
from prove.load_processes import running
from prove.load_report import Measured, report
from prove.options import run_folder

RISE = 200.0
"""Seconds until it is measured: longer than most calls, so all turns are met."""


def main() -> None:
    """The whole run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rise", type=float, default=RISE, help="seconds until it is measured")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--apart", action="store_true", help="jobs have a process of their own")
    parser.add_argument("--hang", type=float, default=0, help="seconds that Google hangs midway")
    parser.add_argument("--seed", type=int, default=1)
    uvloop.run(_run(parser.parse_args()))


async def _run(asked: argparse.Namespace) -> None:
    chance = random.Random(asked.seed)  # noqa: S311  # a run can be repeated
    seen, folder = Measured(), run_folder("load-")
    async with running(folder, asked.workers, apart=asked.apart) as line:
        callers = Callers(line.port, chance, seen, asked.calls / CALL_SECONDS)
        async with callers.calling():
            await asyncio.sleep(asked.rise)
            seen.phase, before, began = "turns", line.used(), time.monotonic()
            await asyncio.sleep(asked.seconds / 2)
            if asked.hang:
                line.google("hang")
                seen.phase = "turns while Google hangs"
                await asyncio.sleep(asked.hang)
                line.google("answer")
                seen.phase = "turns"
            await asyncio.sleep(asked.seconds / 2)
            took, used = time.monotonic() - began, line.used().since(before)
            seen.phase = ""
        report(asked, seen, took, used)


if __name__ == "__main__":
    main()
