"""A long chaos run in short rounds: `make prove-long MINUTES=240 SEED=1 TABLE=prove.md`.

Each round is a run of its own, with the next seed and the next of the `ROUNDS`; its row is in the
table as soon as it is over, so an interrupt (Ctrl-C, SIGTERM) loses only the round under way. The
exit code is 1 if a rule was broken or a round came to no verdict.
"""

import argparse
import itertools
import subprocess
import sys
import time
from pathlib import Path

from prove.report import say

ROUNDS = (
    "--shape split",
    "--shape one",
    "--shape split --database 12",
    "--shape split --hang 0.3 --blind 40",
    "--shape one --database 15 --edit 0.3",
)
"""What is hurt in which round, one after the other, besides what always is."""
HEAD = (
    "| seed | run | calls | kills | at a point | points | violations | seconds |\n"
    "| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n"
)
_TOTALS = {"calls": 2, "kills": 3, "violations": 6}


def main() -> int:
    """Rounds until the time is over; the number of violations."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--table", type=Path, default=Path("prove.md"))
    asked = parser.parse_args()
    table: Path = asked.table
    if not table.exists():
        table.write_text(HEAD, "utf-8")
    until = time.monotonic() + asked.minutes * 60
    wrong = 0
    try:
        for seed in itertools.count(asked.seed):
            more = ROUNDS[seed % len(ROUNDS)]
            wrong += _round(seed, more, table)
            say(_total(table))
            if time.monotonic() > until:
                break
    except KeyboardInterrupt:
        say(f"interrupted; {_total(table)}")
    return wrong


def _round(seed: int, more: str, table: Path) -> int:
    """One run, which appends its own row; 1 if it came to no verdict or broke a rule."""
    rows = table.read_text("utf-8").count("\n")
    words = f"-m prove.run --minutes 2 --seed {seed} --table {table.resolve()} {more}"
    ended = subprocess.run([sys.executable, *words.split()], check=False)
    if table.read_text("utf-8").count("\n") == rows:
        with table.open("a", encoding="utf-8") as file:
            file.write(f"| {seed} | {more} | no verdict, exit code {ended.returncode} |\n")
    return int(ended.returncode != 0)


def _total(table: Path) -> str:
    """The sums of the table's rows."""
    cells = [line.split("|")[1:-1] for line in table.read_text("utf-8").splitlines()[2:]]
    whole = [row for row in cells if len(row) > max(_TOTALS.values())]
    sums = {name: sum(int(row[column]) for row in whole) for name, column in _TOTALS.items()}
    said = ", ".join(f"{name} {count}" for name, count in sums.items())
    return f"TOTAL of {len(whole)} rounds: {said}; {len(cells) - len(whole)} without a verdict"


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
