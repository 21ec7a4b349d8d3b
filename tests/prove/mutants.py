"""Breaks one guard of the line at a time and runs a short slice: each must be caught, by name.

`make prove-mutants` tries all; `make prove-mutants MUTANTS="'closed ranges'" SEED=2` only those
named, with another seed. A mutant counts as caught only when the rule that it names is broken, and
that rule holds in the same slice without a mutant. A green chaos run means little while mutants
survive.
"""

import argparse
import importlib
import os
import re
import runpy
import shutil
import subprocess
import sys
import time
import tomllib
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

ROOT = Path(__file__).parents[2]
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  # our own folder in it
MUTANTS = Path(__file__).with_name("mutants.toml")
_SHORT = "--minutes 0.12 --jumps 1 --poll 2 --calls 16 --shape pair"
_HEALTHY = f"{_SHORT} --kill 0 --fault 0 --online 0.5"
RUNS = {
    "calm": f"{_HEALTHY} --edit 2",
    "many callers": f"{_HEALTHY} --shape split --edit 0 --calls 24 --rush 0.5",
    "staff": f"{_HEALTHY} --edit 0.1",
    "blocks over visits": f"{_HEALTHY} --edit 0 --deeds cover",
    "staff delete": f"{_HEALTHY} --edit 0.1 --deeds delete:2,restore:1,close:2",
    "recurring visits": f"{_HEALTHY} --edit 0.1 --deeds again:3,day:3",
    "deleted at once": f"{_HEALTHY} --edit 0 --hasty 0.5",
    "notes at the same time": f"{_HEALTHY} --edit 0.2 --deeds cover:1,note:3 --races 0.7",
    "faults": f"{_SHORT} --kill 0 --fault 0.2 --edit 1",
    "twilio fails": f"{_SHORT} --kill 0 --fault 0.15 --twilio 1 --edit 0 --unreported 1 --jumps 2",
    "busy times lag": f"{_SHORT} --kill 0 --fault 0.5 --lost 1 --edit 0 --lag 4",
    "pages": f"{_HEALTHY} --edit 0 --online 1 --doubled 0.5 --minutes 0.25",
    "patients cancel": f"{_HEALTHY} --edit 0 --online 1 --wish cancel --minutes 0.25",
    "google hangs": f"{_SHORT} --kill 0 --fault 0.4 --edit 0.5 --hang 1 --minutes 0.3",
    "no busy times": f"{_HEALTHY} --edit 0 --blind 0.3 --minutes 0.35",
    "kills": f"{_SHORT} --kill 1 --fault 0.3 --hang 1 --edit 1",
    "not well": f"{_HEALTHY} --edit 0 --danger 0.1",
    "danger": f"{_SHORT} --kill 0 --fault 0 --edit 0 --danger 0.4 --database 3 --freezes 0"
    " --minutes 0.4",
    "hang up": f"{_HEALTHY} --edit 0 --hangs 5",
    "taken and gone": f"{_HEALTHY} --edit 0 --blind 0.3 --minutes 0.35 --hangs 5",
    "database": f"{_SHORT} --kill 0 --fault 0 --edit 0 --database 2",
    "database killed": f"{_SHORT} --kill 0 --fault 0 --edit 0 --database 2 --freezes 0",
}
"""What provokes it: the kinds of slices; the seeds are fixed, the last of two options counts."""
_AT_ONCE = os.cpu_count() or 1
EARLY = "the line did not start"
"""On a busy machine that says nothing of a mutant, so it does not count as caught."""
_OURS = ("voice", "calendar_sync", "tests")
_SLOW = ("googleapiclient.discovery", "twilio.rest", "psycopg_pool", "procrastinate", "fastapi",
         "uvicorn", "pydantic_settings", "structlog", "time_machine", "jinja2", "alembic.command",
         "cryptography.hazmat.primitives.ciphers.aead", "phonenumbers")  # fmt: skip
"""Imported once, before each slice is forked; nothing of ours, which is another in every slice."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One guard: in `file`, `old` becomes `new`; a slice of the kind `run` must break `rule`."""

    name: str
    file: str
    run: str
    rule: str
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


@dataclass
class Slice:
    """A run in a process and a folder of its own, with one guard broken or with none."""

    mutant: Mutant | None
    run: str
    folder: Path
    seed: int
    began: float = 0.0
    took: float = 0.0
    said: str = ""

    def start(self, source: Path, template: Path) -> int:
        """Copy the code, break the guard, and fork; the process id."""
        self.began = time.monotonic()
        shutil.copytree(source, self.folder)
        words = [*RUNS[self.run].split(), "--seed", str(self.seed)]
        if self.mutant is not None:
            self.mutant.apply(self.folder)
        if self.mutant is None or "migrations" not in self.mutant.file:
            words += ["--template", str(template)]
        if (process := os.fork()) == 0:
            self._be_the_run(words)
        return process

    def end(self) -> None:
        """Read what it said, and leave nothing behind."""
        self.took = time.monotonic() - self.began
        self.said = (self.folder / "said").read_text("utf-8", "replace")
        for logs in re.findall(r"logs and database: (\S+)", self.said):
            shutil.rmtree(logs, ignore_errors=True)
        shutil.rmtree(self.folder)

    @property
    def broken(self) -> list[str]:
        """The rules that it found broken."""
        return re.findall(r"BROKEN (\w+)", self.said) if "violations" in self.said else [EARLY]

    def _be_the_run(self, words: list[str]) -> NoReturn:
        said = os.open(self.folder / "said", os.O_WRONLY | os.O_CREAT, 0o644)
        os.dup2(said, 1)
        os.dup2(said, 2)
        code = 2
        try:
            os.chdir(self.folder)  # where `python -m` looks first, as for the migrations
            sys.path[:0] = [str(self.folder), str(self.folder / "tests")]
            sys.argv = ["prove.run", *words]
            for name in [each for each in sys.modules if each.partition(".")[0] == "prove"]:
                del sys.modules[name]
            runpy.run_module("prove.run", run_name="__main__", alter_sys=True)
        except SystemExit as ended:
            code = int(bool(ended.code))
        except BaseException:  # noqa: BLE001  # it is in what this process said
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            os._exit(code)


def slices(wanted: Iterable[tuple[Mutant | None, str]], seed: int) -> Iterator[Slice]:
    """Run each, as many at once as there are cores; they come as they end."""
    with TemporaryDirectory(prefix="mutants-", dir=MEMORY) as name:
        folder = Path(name)
        folder.chmod(0o755)
        source, template = folder / "source", folder / "template"
        for part in _OURS:
            shutil.copytree(ROOT / part, source / part)
        _make_template(template)
        waiting = [Slice(each, run, folder / str(n), seed) for n, (each, run) in enumerate(wanted)]
        running: dict[int, Slice] = {}
        while waiting or running:
            while waiting and len(running) < _AT_ONCE:
                each = waiting.pop(0)
                running[each.start(source, template)] = each
            ended, _ = os.wait()
            if ended in running:
                each = running.pop(ended)
                each.end()
                yield each


def _make_template(folder: Path) -> None:
    """A database of this release; a process of its own makes it, so nothing of ours is imported."""
    made = (
        "from pathlib import Path; from voice.database.embedded import Engine;"
        "from voice.database.connection import make_database, prepare;"
        f"engine = Engine(Path({str(folder)!r})); engine.start();"
        "prepare(make_database(engine.dsn('postgres'), 'prove')); engine.stop()"
    )
    subprocess.run([sys.executable, "-c", made], check=True, cwd=ROOT)


def main() -> int:
    """Try each kind of slice without a mutant, then each mutant; how many went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *(each.name for each in mutants())])
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    chosen = [each for each in mutants() if not asked.names or each.name in asked.names]
    for slow in _SLOW:
        importlib.import_module(slow)
    kinds = sorted({each.run for each in chosen})
    tried = [(None, kind) for kind in kinds] + [(each, each.run) for each in chosen]
    whole: dict[str, list[str]] = {}
    wrong = 0
    _say("| mutant | slice | rule | verdict | rules that noticed | seconds |")
    _say("| --- | --- | --- | --- | --- | ---: |")
    for each in slices(tried, asked.seed):
        if each.mutant is None:
            whole[each.run] = each.broken
        before = whole.get(each.run, [])
        new = [rule for rule in each.broken if each.mutant is None or rule not in before]
        verdict, right = _verdict(each, new)
        wrong += not right
        name, rule = (each.mutant.name, each.mutant.rule) if each.mutant else ("none", "")
        cells = (name, each.run, rule, verdict, ", ".join(new), f"{each.took:.0f}")
        _say(f"| {' | '.join(cells)} |")
    _say(f"mutants {len(chosen)}, slices that went wrong {wrong}")
    return wrong


def _verdict(tried: Slice, new: list[str]) -> tuple[str, bool]:
    """In words, and whether it is as it should be; `new` are the rules that it broke."""
    if EARLY in new:
        return f"NOT RUN: {tried.said[-200:]}".replace("\n", " "), False
    if tried.mutant is None:
        return ("BROKEN", False) if new else ("whole", True)
    if tried.mutant.rule in new:
        return "caught", True
    return ("ANOTHER RULE" if new else "SURVIVED"), False


def _say(words: str) -> None:
    print(words, flush=True)  # noqa: T201  # the result


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
