"""What goes wrong outside the line: Google, Twilio, the database, processes; and texts' fates."""

import asyncio
import random
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from prove.databases import Database
from prove.network import Network
from prove.options import Options
from prove.processes import Processes
from prove.staff import StaffAtWork
from stand_ins.google.faults import Fault as GoogleFault
from stand_ins.google.server import Google
from stand_ins.twilio.faults import Fault as TwilioFault
from stand_ins.twilio.messages import Message
from stand_ins.twilio.server import ACCOUNT, Twilio

from voice.simulator.transport import Form

_GOOGLE = (
    GoogleFault("", "status", 503),
    GoogleFault("", "status", 500, after=True),
    GoogleFault("", "status", 429, "rateLimitExceeded", retry_after=1),
    GoogleFault("", "status", 403, "rateLimitExceeded"),
    GoogleFault("", "status", 403, "quotaExceeded"),
    GoogleFault("", "reset"),
    GoogleFault("", "reset", after=True),
    GoogleFault("", "half", after=True),
    GoogleFault("", "not json"),
    GoogleFault("events.insert", "hang"),
    GoogleFault("events.insert", "reset", after=True),
    GoogleFault("events.patch", "reset", after=True),
)
_TWILIO = (
    TwilioFault("", "status", status=503),
    TwilioFault("", "reset"),
    TwilioFault("messages.create", "reset", after=True),
    TwilioFault("messages.create", "status", status=500, after=True),
    TwilioFault("messages.create", "hang", after=True),
    TwilioFault("messages.create", "code", code=20429),
)


@dataclass
class Faults:
    """Makes things fail until `over`."""

    chance: random.Random
    google: Google
    twilio: Twilio
    processes: Processes
    over: bool = False
    made: Counter[str] = field(default_factory=Counter[str])
    notified: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    """What Google told the line of its calendars, and the answer's status."""

    def lag(self, seconds: float, staff: StaffAtWork) -> None:
        """From now on Google does not show a visit among the busy times before it is so old."""
        real = self.google.methods["freebusy.query"]

        def late(world: Any, account: Any, ids: Any, query: Any, body: Any) -> Any:  # noqa: ANN401
            answer = real(world, account, ids, query, body)
            since = datetime.now(UTC) - timedelta(seconds=seconds)
            new = {
                f"{v[0].start:%Y-%m-%dT%H:%M:%SZ}"
                for v in staff.versions.values()
                if v[0].at > since
            }
            for each in answer["calendars"].values():
                each["busy"] = [span for span in each["busy"] if span["start"] not in new]
            return answer

        self.google.methods["freebusy.query"] = late

    async def outside(self, options: Options) -> None:
        """Google and Twilio fail; the options say how often, and in which ways."""
        while not self.over:
            await asyncio.sleep(self.chance.expovariate(1 / options.fault))
            times = self.chance.choice([1, 1, 1, 3, 6])
            if self.chance.random() < options.hang:
                for method in ("freebusy.query", "events.insert", "events.get"):
                    self.google.faults.append(GoogleFault(method, "hang", times=6))
                self.made["google hangs"] += 1
            elif self.chance.random() < options.lost:
                self.google.faults.append(GoogleFault("events.insert", "reset", after=True))
                self.made["insert lost"] += 1
            elif self.chance.random() >= options.twilio:
                each = self.chance.choice(_GOOGLE)
                self.google.faults.append(
                    GoogleFault(each.on, each.kind, each.status, each.reason, each.retry_after,
                                each.after, times)
                )  # fmt: skip
                self.made[f"google {each.kind}"] += times
            else:
                fault = self.chance.choice(_TWILIO)
                self.twilio.faults.append(
                    TwilioFault(fault.on, fault.kind, fault.code, fault.status, fault.after, times)
                )
                self.made[f"twilio {fault.kind}"] += times

    async def kills(self, mean: float) -> None:
        """Kill -9 of a random process; each lives `mean` seconds on average."""
        while not self.over:
            await asyncio.sleep(self.chance.expovariate(len(self.processes.wanted) / mean))
            if self.processes.running and not self.over:
                self.processes.kill(self.chance.choice(sorted(self.processes.running)))

    async def blind(self, mean: float, staff: StaffAtWork) -> None:
        """Google shows no busy times for a while, just after staff blocked the coming days."""
        while not self.over:
            await asyncio.sleep(self.chance.expovariate(1 / mean))
            unreadable = GoogleFault("freebusy.query", "status", 503, times=10**6)
            self.google.faults.insert(0, unreadable)
            self.made["google shows no busy times"] += 1
            with self.google.turn:
                for day in range(3):
                    start = datetime.now(UTC) + timedelta(days=day)
                    staff.block(start.replace(minute=0, second=0, microsecond=0), 24 * 60)
            await asyncio.sleep(self.chance.uniform(15, 20))
            with suppress(ValueError):
                self.google.faults.remove(unreadable)

    async def kill_database(self, options: Options, database: Database) -> None:
        """The database is killed or frozen, as often as the options say, and comes back."""
        while not self.over:
            await asyncio.sleep(self.chance.expovariate(1 / options.database))
            if self.chance.random() < options.freezes:
                self.made["database frozen"] += 1
                seconds = self.chance.uniform(1, 15)
                await asyncio.shield(asyncio.to_thread(database.freeze, seconds))
                continue
            self.made["database killed"] += 1
            database.kill()
            if database.is_ours:
                await asyncio.shield(asyncio.to_thread(database.restart, self.chance.uniform(0, 3)))

    async def notify(self) -> None:
        """Google posts to the line that calendars have changed; some of it gets lost on the way."""
        while not self.over:
            await asyncio.sleep(0.5)
            port = self.chance.choice(self.processes.web)
            with suppress(OSError):
                self.notified += await asyncio.to_thread(
                    self.google.channels.deliver, f"http://127.0.0.1:{port}"
                )

    def end(self) -> None:
        """From now on nothing fails any more."""
        self.over = True
        self.google.faults.clear()
        self.twilio.faults.clear()
        self.processes.kill_points = 0


@dataclass
class Reports:
    """Delivery reports: Twilio posts each at most once, and the stand-in knows the truth."""

    chance: random.Random
    twilio: Twilio
    network: Network
    lost: float = 0.0
    """The share of the messages of which nothing is posted."""
    tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])
    _known: set[str] = field(default_factory=set[str])

    async def follow(self) -> None:
        """Until cancelled: give each new message its fate."""
        while True:
            for message in list(self.twilio.messages.sent):
                if message.sid in self._known:
                    break
                self._known.add(message.sid)
                task = asyncio.create_task(self._report(message))
                self.tasks.add(task)
                task.add_done_callback(self.tasks.discard)
            await asyncio.sleep(0.1)

    async def _report(self, message: Message) -> None:
        last, error = self.chance.choices(
            [("delivered", None), ("undelivered", 30003), ("undelivered", 30005)], [8, 1, 1]
        )[0]
        lost = self.chance.random() < self.lost
        for status in ("queued", "sent", last):
            await asyncio.sleep(self.chance.uniform(0.05, 1))
            message.status, message.error = status, error if status == last else None
            if lost:
                continue
            code = (("ErrorCode", str(message.error)),) if message.error else ()
            form: Form = (
                ("MessageSid", message.sid),
                ("SmsSid", message.sid),
                ("MessageStatus", status),
                ("AccountSid", ACCOUNT),
                ("To", message.to),
                ("From", message.sender),
                *code,
            )
            await self.network(message.callback, form)
