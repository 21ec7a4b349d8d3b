"""Starts the line's own command, again and again, so that it can be killed at a named point.

Each line of standard input is an order in JSON; each becomes a child of this process. Everything is
imported already, so a restart after a kill costs a fraction of a second. On standard output: "up
NAME PID", and later "down NAME STATUS". The line's code holds no hook: see `points`.
"""

import json
import os
import select
import signal
import sys
import time
from datetime import datetime
from pathlib import Path
from threading import Thread
from typing import Any, NoReturn

import googleapiclient.discovery
import time_machine
import twilio.rest
from prove import points

import voice.bootstrap
import voice.cli
import voice.server
from voice.worker import jobs

IMPORTED = (googleapiclient.discovery, twilio.rest, voice.bootstrap, voice.server)
"""What is slow to import: once, before any child."""


def main() -> None:
    """Start one child per order, until the orders end; then end all that still run."""
    _say("ready")
    names: dict[int, str] = {}
    buffer = b""
    while True:
        while names and (ended := os.waitpid(-1, os.WNOHANG))[0]:
            _say("down", names.pop(ended[0]), os.waitstatus_to_exitcode(ended[1]))
        if not select.select([0], [], [], 0.05)[0]:
            continue
        if not (more := os.read(0, 65536)):
            break
        *orders, buffer = (buffer + more).split(b"\n")
        for order in map(json.loads, orders):
            if (pid := os.fork()) == 0:
                _be_the_line(order)
            names[pid] = order["name"]
            _say("up", order["name"], pid)
    for pid in names:
        os.kill(pid, signal.SIGKILL)


def _say(*words: object) -> None:
    print(*words, flush=True)  # noqa: T201  # what the driver reads


def _be_the_line(order: dict[str, Any]) -> NoReturn:
    """Run the command with the clock, the pace and the kill point of the order."""
    os.setsid()
    os.environ.update(order["env"])
    os.chdir(order["folder"])
    log = os.open(f"{order['name']}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for stream, file in ((0, os.open(os.devnull, os.O_RDONLY)), (1, log), (2, log)):
        os.dup2(file, stream)
    Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    folder = Path(order["folder"])
    points.install(
        folder / f"points-{order['kind']}", folder / f"{order['name']}.died", order["kills"]
    )
    time_machine.travel(datetime.fromisoformat(order["now"]), tick=True).start()
    for periodic in jobs.periodic_registry.periodic_tasks.values():
        if periodic.cron == "* * * * *":
            object.__setattr__(periodic, "cron", f"* * * * * */{order['every']}")  # it is frozen
    sys.argv = ["screening-line", *order["words"]]
    code: object = 1
    try:
        voice.cli.main()
    except SystemExit as ended:
        code = ended.code
    finally:
        print(code, file=sys.stderr, flush=True)  # noqa: T201  # its log
        os._exit(0 if code in {0, None} else 1)


def _end_with(parent: int) -> None:
    """Nothing may outlive the run."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)
