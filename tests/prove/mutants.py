"""Breaks one guard of the line at a time and runs a short slice: each must be caught, by name.

`make prove-mutants` tries all; names as arguments of this module only those. A green chaos run
means little while mutants survive.
"""

import asyncio
import os
import re
import shutil
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from prove.report import say

ROOT = Path(__file__).parents[2]
MUTANTS = Path(__file__).with_name("mutants.toml")
_SHORT = "--minutes 0.35 --jumps 1 --calls 14"
RUNS = {
    "calm": f"{_SHORT} --kill 0 --fault 0 --edit 2",
    "doubled": f"{_SHORT} --kill 0 --fault 0 --edit 0 --doubled 0.6",
    "staff": f"{_SHORT} --kill 0 --fault 0 --edit 0.15",
    "faults": f"{_SHORT} --kill 0 --fault 0.3 --edit 1",
    "google hangs": f"{_SHORT} --kill 0 --fault 0.4 --edit 0.5 --hang 1",
    "kills": f"{_SHORT} --jumps 2 --shape split --kill 1.2 --fault 0 --edit 1",
    "database": f"{_SHORT} --shape split --kill 0 --fault 0 --edit 0 --database 5",
}
"""What is done in which kind of slice; the seeds are fixed."""
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

    async def tried(mutant: Mutant | None, run: str) -> list[str]:
        async with slots:
            return await noticed(mutant, run)

    kinds = sorted({each.run for each in wanted})
    whole = dict(zip(kinds, await asyncio.gather(*(tried(None, k) for k in kinds)), strict=True))
    for kind, broken in whole.items():
        say(f"without a mutant, {kind}: {', '.join(broken) or 'nothing broken'}")

    async def caught(mutant: Mutant) -> bool:
        found = await tried(mutant, mutant.run)
        new = [rule for rule in found if rule not in {*whole[mutant.run], EARLY}]
        verdict = "caught" if new else "NOT RUN" if EARLY in found else "SURVIVED"
        say(f"{verdict}: {mutant.name} ({', '.join(new)})")
        return bool(new)

    missed = (await asyncio.gather(*map(caught, wanted))).count(False)
    say(f"mutants {len(wanted)}, caught {len(wanted) - missed}")
    return missed


if __name__ == "__main__":
    sys.exit(1 if asyncio.run(main()) else 0)
