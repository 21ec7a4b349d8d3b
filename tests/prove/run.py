"""The project's own chaos run: `make prove MINUTES=2 SEED=1 SHAPE=one`.

Real processes answer signed HTTP requests of hundreds of patients, while staff work in the calendar
and everything is killed, frozen, cut off or delayed. After a quiet time `invariants` says what was
broken. The same seed makes the same choices; what processes do between them is up to the machine.
"""

import asyncio
import itertools
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Coroutine
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import time_machine
from prove.databases import Database
from prove.evidence import gather
from prove.faults import Faults, Reports
from prove.network import Network, get
from prove.online import Online
from prove.options import TEAM, Options, read_options, run_folder, settings
from prove.patients import Patient
from prove.processes import Processes
from prove.quiet import until_quiet
from prove.report import Result, report, say
from prove.staff import DEEDS, StaffAtWork
from stand_ins.google.server import Google
from stand_ins.twilio.server import Twilio

from voice.database.connection import make_database, prepare

BEGIN = datetime(2026, 12, 1, 18, tzinfo=UTC)
"""A Tuesday, 10 AM in the clinic."""
_JUMP = timedelta(minutes=61)
"""Longer than anything waits that is tried again: an hour, once a quota of Google's is used up."""


@dataclass
class Run:
    """One run, from an empty database to the verdict."""

    options: Options
    folder: Path
    patients: list[Patient] = field(default_factory=list[Patient])
    not_quiet: list[str] = field(default_factory=list[str])
    over: bool = False

    def chance(self, of: str) -> random.Random:
        """Chance of its own for each part, so that one does not change another."""
        return random.Random(f"{self.options.seed} {of}")  # noqa: S311  # a run can be repeated

    async def play(self) -> Result:
        """The whole run."""
        self.processes = Processes(self.folder, {}, self.chance("kills"), self.options.poll)
        self.clock = time_machine.travel(BEGIN, tick=True)
        self.clock.start()
        async with AsyncExitStack() as stack:
            self.google = stack.enter_context(Google())
            self.twilio = stack.enter_context(Twilio())
            options, chance = self.options, self.chance("staff")
            self.staff = StaffAtWork(
                self.google, chance, self._deeds(), options.races, options.hasty
            )
            split = options.shape != "one"
            self.database = Database(self.folder / "data", is_ours=split)
            stack.callback(self.database.engine.stop)
            self.processes.env = self._env(split=split)
            await stack.enter_async_context(self.processes)
            stack.callback(self.database.kill)
            self.network = Network(
                lambda: self.processes.web, self.chance("network"), options.doubled
            )
            self.online = Online(
                self.chance("online"), self.twilio, self.network, options.online, options.wish
            )
            await self._start(split=split)
            await self._load()
            await self._calm_down()
            seen = gather(self.patients, self.online, self.staff, self.twilio, self.database)
            seen.not_ready = [*self.not_quiet, *await self._ready(10)]
            seen.notified = self.faults.notified
            seen.is_calm = not (options.kill or options.database)
            return report(seen, self.processes, self.faults.made)

    def _deeds(self) -> dict[str, int]:
        chosen = (each.partition(":") for each in self.options.deeds.split(",") if each)
        return {deed: int(weight or 1) for deed, _, weight in chosen} or dict(DEEDS)

    def _env(self, *, split: bool) -> dict[str, str]:
        env = settings(self.google, self.twilio, self.folder) | {"CLINICIANS": str(TEAM)}
        if split:
            if self.options.template:
                copy = ["cp", "-a", self.options.template, str(self.folder / "data")]
                subprocess.run(copy, check=True)
            self.database.engine.start()
            dsn = make_database(self.database.engine.dsn("postgres"), self.database.name)
            if not self.options.template:
                prepare(dsn)
            env |= {"DATABASE_URL": dsn, "DATA_DIR": str(self.folder / "none")}
        return env

    async def _start(self, *, split: bool) -> None:
        if split:
            self.database.set_clock()
            for number in range(1, 3 if self.options.shape == "split" else 2):
                self.processes.want(f"web{number}", "serve", "--no-worker", web=True)
                self.processes.want(f"worker{number}", "worker")
            self._must_be_ready(await self._ready(120))
            return
        self.processes.want("line", "serve", web=True)
        self._must_be_ready(await self._ready(120))
        self.database.set_clock()
        await self.processes.restart()
        await self._ready(60)

    async def _ready(self, seconds: float) -> list[str]:
        """Wait until every web process says that it is ready; those that do not in time."""
        until = time.monotonic() + seconds
        while True:
            answers = {port: await get(port, "/readyz") for port in self.processes.web}
            late = [f"port {port}: {said}" for port, said in answers.items() if said != "ready"]
            if not late or time.monotonic() > until:
                return late
            await asyncio.sleep(0.2)

    def _must_be_ready(self, late: list[str]) -> None:
        """A line that does not start proves nothing."""
        if late:
            logs = [log.read_text()[-500:] for log in self.folder.glob("*.log")]
            sys.exit("\n".join([*late, *logs]))

    async def _load(self) -> None:
        """Patients call, staff work, things fail, until the time is over."""
        options = self.options
        self.faults = Faults(self.chance("faults"), self.google, self.twilio, self.processes)
        lost = options.unreported
        self.reports = Reports(self.chance("reports"), self.twilio, self.network, lost)
        self.following = [asyncio.create_task(x.follow()) for x in (self.reports, self.online)]
        side: list[Coroutine[Any, Any, None]] = [self.faults.notify()]
        if options.kill:
            self.processes.kill_points = options.points
            side.append(self.faults.kills(options.kill))
        if options.fault:
            side.append(self.faults.outside(options))
        if options.edit:
            side.append(self._staff(options.edit))
        if options.lag:
            self.faults.lag(options.lag, self.staff)
        if options.blind:
            side.append(self.faults.blind(options.blind, self.staff))
        if options.database:
            side.append(self.faults.kill_database(options, self.database))
        beside = [asyncio.create_task(each) for each in side]
        until, numbers = time.monotonic() + options.minutes * 60, itertools.count(1)

        async def line_of_patients() -> None:
            while time.monotonic() < until:
                seed = f"{options.seed} patient {next(numbers)}"
                patient = Patient.arrive(self.network, seed, pace=0.15)
                patient.danger, patient.hangs = options.danger, options.hangs
                patient.rush = options.rush
                self.patients.append(patient)
                await patient.call()

        await asyncio.gather(*(line_of_patients() for _ in range(options.calls)))
        self.over = self.online.over = True
        self.reports.lost = 0.0
        self.faults.end()
        for task in beside:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _staff(self, mean: float) -> None:
        chance = self.chance("when staff work")
        while not self.over:
            await asyncio.sleep(chance.expovariate(1 / mean))
            self.staff.edit()

    async def _calm_down(self) -> None:
        """Nothing fails; the clock jumps on, so that whatever waits has its time."""
        await self._ready(60)
        if outside := self.reports.tasks | self.online.tasks:
            await asyncio.wait(outside, timeout=30)
        if self.options.database:  # workers come back without a restart
            await self._until_quiet()
        for jump in range(1, self.options.jumps + 1):
            self.clock.stop()
            self.clock = time_machine.travel(BEGIN + jump * _JUMP, tick=True)
            self.clock.start()
            self.database.set_clock()
            await self.processes.restart()
            await self._ready(60)
            await self._until_quiet()
        for _ in range(self.options.late):
            self.staff.edit()
        await self._until_quiet()
        for task in self.following:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _until_quiet(self) -> None:
        busy = (self.reports.tasks, self.online.tasks)
        left = await until_quiet(self.database, self.options.poll, lambda: any(busy))
        self.not_quiet += [f"{count} {what}" for what, count in left.items()]


def main() -> None:
    """Run, and exit with 1 when something was broken."""
    options = read_options(__doc__ or "")
    memory = Path("/dev/shm")  # noqa: S108  # the folder that we make there has a name of its own
    folder = run_folder("prove-", memory if memory.is_dir() else None)
    say(f"seed {options.seed}, {options.minutes} minutes, shape {options.shape}")
    began = time.monotonic()
    with suppress(KeyboardInterrupt):
        result = asyncio.run(Run(options, folder).play())
        took = time.monotonic() - began
        say(f"took {took:.0f} s")
        if options.table:
            with Path(options.table).open("a", encoding="utf-8") as file:
                file.write(result.row(options.seed, _described(options), last=took))
        if result.violations or options.keep:
            say(f"logs and database: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
        sys.exit(1 if result.violations else 0)


def _described(options: Options) -> str:
    """Which options were not as they are by default."""
    usual, apart = vars(Options()), {"seed", "minutes", "table", "keep"}
    return " ".join(
        f"{name} {value}"
        for name, value in vars(options).items()
        if (value != usual[name] or name == "shape") and name not in apart
    )


if __name__ == "__main__":
    main()
