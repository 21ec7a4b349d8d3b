"""Breaks one guard of the line at a time and runs a short slice: each must be caught, by name.

`make prove-mutants` tries all; names as arguments of this module only those. A green chaos run
means little while mutants survive.
"""

import asyncio
import os
import re
import shutil
import sys
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from prove.report import say

ROOT = Path(__file__).parents[2]
MUTANTS = Path(__file__).with_name("mutants.toml")
_SHORT = "--minutes 0.12 --jumps 1 --poll 2 --calls 16 --shape pair"
_HEALTHY = f"{_SHORT} --kill 0 --fault 0 --online 0.5"
RUNS = {
    "calm": f"{_HEALTHY} --edit 2",
    "doubled": f"{_HEALTHY} --edit 0 --doubled 0.6",
    "staff": f"{_HEALTHY} --edit 0.1",
    "blocks over visits": f"{_HEALTHY} --edit 0.1 --deeds cover",
    "staff delete": f"{_HEALTHY} --edit 0.1 --deeds delete:2,restore:1,close:2",
    "notes at the same time": f"{_HEALTHY} --edit 0.2 --deeds cover:1,note:3 --races 0.7",
    "faults": f"{_SHORT} --kill 0 --fault 0.2 --edit 1",
    "google hangs": f"{_SHORT} --kill 0 --fault 0.4 --edit 0.5 --hang 1",
    "no busy times": f"{_HEALTHY} --edit 0 --blind 0.3 --minutes 0.35",
    "kills": f"{_SHORT} --kill 0.5 --fault 0 --edit 1",
    "danger": f"{_SHORT} --kill 0.3 --points 0 --fault 0 --edit 0 --danger 0.2 --calls 24",
    "database": f"{_SHORT} --kill 0 --fault 0 --edit 0 --database 2",
}
"""What provokes it: the kinds of slices; the seeds are fixed, the last of two options counts."""
_AT_ONCE = 2
EARLY = "the line did not start"
"""On a busy machine that says nothing of a mutant, so it does not count as caught."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One guard: in `file`, `old` becomes `new`; `run` is the kind of slice that must notice."""

    name: str
    file: str
    run: str
    old: str
    new: str

    def apply(self, tree: Path) -> None:
        """Break the guard in a copy of the tree. Raises ValueError when it is not there once."""
        path = tree / self.file
        text = path.read_text("utf-8")
        if text.count(self.old) != 1:
            message = f"{self.name}: its words stand {text.count(self.old)} times in {self.file}"
            raise ValueError(message)
        path.write_text(text.replace(self.old, self.new), "utf-8")


def mutants() -> list[Mutant]:
    """All of them."""
    return [Mutant(**each) for each in tomllib.loads(MUTANTS.read_text("utf-8"))["mutant"]]


async def noticed(mutant: Mutant | None, run: str) -> list[str]:
    """The rules that a slice of this kind finds broken, with the guard broken or with none."""
    with TemporaryDirectory(prefix="mutant-") as folder:
        tree = Path(folder)
        for name in ("voice", "calendar_sync", "tests"):
            shutil.copytree(ROOT / name, tree / name)
        if mutant is not None:
            mutant.apply(tree)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "prove.run",
            *RUNS[run].split(),
            cwd=tree,
            env={**os.environ, "PYTHONPATH": f"{tree}:{tree / 'tests'}"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said = (await process.communicate())[0].decode("utf-8", "replace")
    for logs in re.findall(r"logs and database: (\S+)", said):
        shutil.rmtree(logs, ignore_errors=True)
    if "violations" not in said:
        return [EARLY]
    return re.findall(r"BROKEN (\w+)", said)


async def main() -> int:
    """Try each kind of slice without a mutant, then each mutant; how many were not caught."""
    wanted = [each for each in mutants() if not sys.argv[1:] or each.name in sys.argv[1:]]
    slots = asyncio.Semaphore(_AT_ONCE)

    async def tried(mutant: Mutant | None, run: str) -> tuple[list[str], float]:
        async with slots:
            began = time.monotonic()
            return await noticed(mutant, run), time.monotonic() - began

    say("| mutant | slice | verdict | rules that noticed | seconds |")
    say("| --- | --- | --- | --- | ---: |")
    kinds = sorted({each.run for each in wanted})
    whole: dict[str, list[str]] = {}
    for kind, (broken, took) in zip(
        kinds, await asyncio.gather(*(tried(None, kind) for kind in kinds)), strict=True
    ):
        whole[kind] = broken
        verdict = "BROKEN" if broken else "whole"
        say(f"| none | {kind} | {verdict} | {', '.join(broken)} | {took:.0f} |")

    async def caught(mutant: Mutant) -> bool:
        found, took = await tried(mutant, mutant.run)
        new = [rule for rule in found if rule not in {*whole[mutant.run], EARLY}]
        verdict = "caught" if new else "NOT RUN" if EARLY in found else "SURVIVED"
        say(f"| {mutant.name} | {mutant.run} | {verdict} | {', '.join(new)} | {took:.0f} |")
        return bool(new)

    missed = (await asyncio.gather(*map(caught, wanted))).count(False)
    say(f"mutants {len(wanted)}, caught {len(wanted) - missed}")
    return missed + sum(1 for broken in whole.values() if broken)


if __name__ == "__main__":
    sys.exit(1 if asyncio.run(main()) else 0)
