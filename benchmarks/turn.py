"""What each turn of a whole call costs, as a multiple of a bare FastAPI endpoint in the same run.

The line is a live one: its database is encrypted, its limits are counted, its log is JSON; only a
stand-in of Twilio takes its texts, and its calendar is its own. Whole
booked calls are placed, one after the other over one connection, or in step over 32. After
each step the bare endpoint gets as many requests over as many connections, because a process that
was just asked costs half of one that has paused: a turn is compared with what came right after it.
The processor time of each process is read from the scheduler in nanoseconds (schedstat of each
task, https://docs.kernel.org/scheduler/sched-stats.html), so neither the speed of this machine nor
the client counts. A turn's figure is that of the web process, with what it does in the background;
the worker and PostgreSQL are given apart, divided by all turns. Medians of rounds.
"""

import asyncio
import os
import re
import statistics
import sys
import tempfile
from collections import defaultdict
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import uvicorn
import uvloop
from fastapi import FastAPI, Response
from prove.network import BASE, TOKEN, get
from prove.options import settings_without_google
from prove.processes import free_port
from stand_ins.twilio.resources import CLINIC
from stand_ins.twilio.server import ACCOUNT, Twilio

from voice.app import create_app
from voice.bootstrap import open_line
from voice.calls import admission
from voice.dialogue import twiml
from voice.logs import write_logs
from voice.server import server_config, work_only
from voice.settings import Settings
from voice.simulator.caller_id import CallerId
from voice.twilio_signature import sign

ROUNDS = int(os.environ.get("ROUNDS", "5"))
CALLS = {1: 8, 32: 32}
"""Calls of a round, by the number of connections."""
KEYS = {
    "greeting": "1",
    "safety": "2",
    "foot": "2",
    "foot.pain_level": "5",
    "times": "1",
    "confirm": "1",
}
"""What is pressed where; at any other step the caller listens."""
WARM_UP = 3
"""Rounds that do not count: each connection of the pool prepares a statement at its sixth use."""
SPOKEN = 1.0
"""Seconds that "One moment, please" takes, before the line is asked whether the visit is booked."""
DOES = {
    "arrival": "the call begins",
    "foot.pain_level": "finds times",
    "times": "holds one",
    "confirm": "books it",
    "placing": "looks for it",
    "safety.history": "stores the answer",
    "texts": "stores consent",
    "end": "the call has ended",
}
GOALS = {"arrival": 5.0, "ordinary": 3.5, "effect": 12.0}
_NEXT = re.compile(r'<Gather[^>]*action="([^"]+)"|<Redirect[^>]*>([^<]+)<')
_AT = re.compile(r"at=([a-z0-9_.]+)")


async def serve(kind: str, port: int) -> None:
    """One of the servers, until it is ended."""
    write_logs("json")
    if kind == "bare":
        app = FastAPI()

        @app.post("/voice/turn")
        async def constant() -> Response:
            """The same number of bytes every time."""
            return Response(twiml.silence(), media_type="text/xml")

        await _run(uvicorn.Config(app, log_config=None, access_log=False), port)
        return
    admission.MAX_LOAD = 100.0  # the calls come without a pause, which a line would turn away
    async with open_line(Settings.load("live"), worker=False) as line:
        app = create_app(line)
        await _run(server_config(app), port)


def environment(twilio: Twilio, folder: str) -> dict[str, str]:
    """The settings of the line, with limits that no call reaches."""
    return {
        **settings_without_google(twilio, Path(folder)),
        "OPENING_HOURS": "Mon-Fri 08:00-18:00",
        "NOTICE_HOURS": "0",
        "HORIZON_DAYS": "55",
        "LIMIT_BOOKINGS_PER_DAY": "10000",
        "LIMIT_HELD_PERCENT": "100",
    }


async def _run(options: uvicorn.Config, port: int) -> None:
    options.port = port
    options.timeout_keep_alive = 600  # a connection waits while the others have their turns
    await uvicorn.Server(options).serve()


class Connection:
    """One HTTP connection to a server, kept open."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def post(self, path: str, caller: CallerId, **more: str) -> str:
        """A signed request with all the fields that Twilio sends; the body of its answer."""
        if not hasattr(self, "_reader"):
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        fields = [*caller.fields("completed" if "status" in path else "in-progress"), *more.items()]
        body = urlencode(fields)
        signature = sign(BASE + path, fields, TOKEN)
        self._writer.write(
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"X-Twilio-Signature: {signature}\r\n\r\n{body}".encode()
        )
        head = await self._reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(head.decode())
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        return (await self._reader.readexactly(length)).decode()


class Call:
    """A call that goes from turn to turn."""

    def __init__(self, number: int) -> None:
        self.caller = CallerId(
            f"+1425{2_000_000 + number * 37 % 7_000_000:07}", line=CLINIC, account_sid=ACCOUNT
        )
        self.path, self.step = "/voice/incoming", "arrival"
        self.over = False

    async def turn(self, connection: Connection) -> None:
        """The next request, with the key that is pressed at its step."""
        keys = {"Digits": _key(self.step)} if self.step not in {"arrival", "end"} else {}
        body = await connection.post(self.path, self.caller, **keys)
        self.over = self.step == "end"
        following = _NEXT.search(body)
        if following is None:
            self.path, self.step = "/voice/status", "end"
            return
        self.path = unescape(following[1] or following[2]).removeprefix(BASE)
        at = _AT.search(self.path)
        self.step = at[1] if at else "?"


def _key(step: str) -> str:
    if step == "texts":
        return "1"
    return KEYS.get(step, KEYS.get(step.partition(".")[0], ""))


def _name(step: str) -> str:
    """Steps that are asked in the same way have one name."""
    return step if step in KEYS or step in DOES else step.partition(".")[0]


def spent(pids: list[int]) -> int:
    """Nanoseconds of processor that these processes have used."""
    total = 0
    for pid in pids:
        for task in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            total += int(task.read_text().split()[0])
    return total


def postgres(folder: Path) -> list[int]:
    """The server and its processes."""
    first = int((folder / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
    return [first, *map(int, children)]


Costs = dict[str, tuple[float, float]]
"""Nanoseconds by turn: of the line for one, and of the bare endpoint for one request after it."""


class Round:
    """Calls, all of them over the same connections."""

    def __init__(
        self, servers: dict[str, list[int]], ports: dict[str, int], connections: int
    ) -> None:
        """`servers` are the processes of each server."""
        self._servers = servers
        self._line = [Connection(ports["line"]) for _ in range(connections)]
        self._bare = [Connection(ports["bare"]) for _ in range(connections)]
        self._costs: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        self._order = dict[str, int]()

    async def calls(self, first: int) -> Costs:
        """Place them; those of the worker and the database are for one turn of any kind."""
        others = {name: self._spent(name) for name in ("worker", "database")}
        made = [Call(first + number) for number in range(CALLS[len(self._line)])]
        for start in range(0, len(made), len(self._line)):
            group = made[start : start + len(self._line)]
            while group := [call for call in group if not call.over]:
                behind = self._furthest_behind(group)
                if behind[0].step == "placing":
                    await asyncio.sleep(SPOKEN)
                # Times are found and held one call after the other, or all would want the same.
                alone = behind[0].step in {"foot.pain_level", "times"}
                for part in [[call] for call in behind] if alone else [behind]:
                    await self._together(part)
                    while alone and part[0].step == "times":
                        await self._together(part)
        await asyncio.sleep(0.5)  # the worker books; its share is in the calls' total
        line, bare, turns = map(sum, zip(*self._costs.values(), strict=True))
        costs: Costs = {name: (own, bare) for name, (own, bare, _) in self._costs.items()}
        costs["turn of web"] = line, bare
        for name, before in others.items():
            costs[name] = self._spent(name) - before, bare
        costs["bare"] = bare / turns, bare / turns
        return costs

    def _furthest_behind(self, group: list[Call]) -> list[Call]:
        """The calls at the earliest step, so that all stay in step; some wait for their booking."""
        for call in group:
            self._order.setdefault(call.step, len(self._order))
        earliest = min((call.step for call in group), key=self._order.__getitem__)
        return [call for call in group if call.step == earliest]

    async def _together(self, group: list[Call]) -> None:
        """One turn of each call, then as many requests to the bare endpoint."""
        cost, began = self._costs[_name(group[0].step)], self._spent("line")
        await asyncio.gather(*(call.turn(self._line[n]) for n, call in enumerate(group)))
        bare = self._spent("bare")
        await asyncio.gather(
            *(
                self._bare[n].post("/voice/turn?at=greeting&turn=0&in=en", call.caller, Digits="1")
                for n, call in enumerate(group)
            )
        )
        cost[0] += self._spent("line") - began
        cost[1] += self._spent("bare") - bare
        cost[2] += len(group)

    def _spent(self, name: str) -> int:
        return spent(self._servers[name])


async def answers(port: int, state: str) -> None:
    """Wait until a line is in this state."""
    while await get(port, "/readyz") != state:  # noqa: ASYNC110  # no event
        await asyncio.sleep(0.1)


def report(connections: int, rounds: list[Costs]) -> None:
    """Each turn as a multiple of the bare endpoint."""
    bare = statistics.median(each.pop("bare")[0] for each in rounds) / 1000
    print(f"\n{connections} connections; a bare endpoint is {bare:.0f} µs")  # noqa: T201  # what it is for
    for name in rounds[0]:
        times = statistics.median(line / bare for each in rounds for line, bare in [each[name]])
        kind = "effect" if name in DOES else "ordinary"
        goal = GOALS.get(name, GOALS[kind]) if name not in _TOTALS else 0
        wanted = f"  goal {goal}" if goal else ""
        print(f"  {name:<16} {DOES.get(name, ''):<20} {times:6.1f}{wanted}")  # noqa: T201  # the same


_TOTALS = {"turn of web", "worker", "database"}


async def main() -> None:
    """All servers, the rounds, and the table."""
    with tempfile.TemporaryDirectory() as folder, Twilio() as twilio:
        os.chmod(folder, 0o755)  # noqa: PTH101, S103  # the engine runs as another user
        env = os.environ | environment(twilio, folder)
        ports, servers = {kind: free_port() for kind in ("bare", "line")}, {}
        try:
            for kind in ("bare", "line", "worker"):
                servers[kind] = await asyncio.create_subprocess_exec(
                    sys.executable, __file__, kind, str(ports.get(kind, 0)),
                    env=env, stdout=asyncio.subprocess.DEVNULL,
                )  # fmt: skip
                if kind == "line":  # which makes the database, so the worker begins after it
                    await answers(ports["line"], "no worker is up")
            await answers(ports["line"], "ready")
            number = 0
            for connections, calls in CALLS.items():
                rounds: list[Costs] = []
                for _ in range(WARM_UP + ROUNDS):
                    pids = {name: [server.pid] for name, server in servers.items()}
                    pids["database"] = postgres(Path(env["DATA_DIR"]))
                    number += calls
                    rounds.append(await Round(pids, ports, connections).calls(number))
                report(connections, rounds[WARM_UP:])
        finally:
            for server in reversed(servers.values()):
                server.terminate()
                await server.wait()


if __name__ == "__main__":
    if sys.argv[1:2] == ["worker"]:
        write_logs("json")
        work_only(Settings.load("live"), once_up=lambda: None)
    else:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve(sys.argv[1], int(sys.argv[2])) if len(sys.argv) > 1 else main())
