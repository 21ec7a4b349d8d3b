"""What the page's routes share: the line, the events, the calls and the clock."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from fastapi import FastAPI, HTTPException

from calendar_sync.bookings import free_times
from voice.bootstrap import Line
from voice.dialogue import speech
from voice.simulator.demo_clock import NOW, CallTime, DemoClock, times_to_call
from voice.simulator.page import sample_limits
from voice.simulator.page.browser_handset import Pace
from voice.simulator.page.calendar_block import day_and_clock
from voice.simulator.page.change_watcher import ChangeWatcher
from voice.simulator.page.event_stream import EventStream
from voice.simulator.page.live_call import CallRequest, LiveCall
from voice.simulator.page.patient_phone import PatientPhone
from voice.simulator.transport import InProcess

MAX_CALLS = 10
"""Finished calls kept in the call log."""
SKIPPED = "skipped"
"""The name of a time that was reached by skipping to the next text."""
_NOT_FOUND, _CONFLICT = 404, 409


@dataclass
class Session:
    """One demo. ``app`` is the line's application: calls go through it, signed as by Twilio.

    ``say`` gets each sentence of what happens; None when nothing prints them.
    """

    line: Line
    app: FastAPI
    say: Callable[[str], None] | None = None
    events: EventStream = field(default_factory=EventStream)
    calls: dict[str, LiveCall] = field(default_factory=dict)
    chosen_time: str = NOW
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Start watching at once when something prints, else once a page is open."""
        self.patient_phone = PatientPhone(self.line)
        self.watcher = ChangeWatcher(self.line, self.events, self.patient_phone, self.say)
        settings = self.line.settings
        self.post = InProcess(self.app, settings.public_base_url, settings.tokens[0])
        if self.say is not None:
            self.watcher.start()

    def place(self, request: CallRequest) -> LiveCall:
        """Start a call; it goes on by itself."""
        call = LiveCall(self.line, self.events, request, self._local_now)
        limits = sample_limits.limits_of_number(self.line, request.number)
        if limits is not None:
            self.line.call_limits[call.sid] = limits
        return self._run(call)

    def hear_again(self, sid: str, pace: Pace) -> LiveCall:
        """Play a finished call again from its recorded answers; the line hears nothing of it."""
        call = self.finished_call(sid)
        request = replace(call.request, pace=pace, staff=call.handset.outcome)
        return self._run(LiveCall(self.line, self.events, request, self._local_now, again=call))

    def _run(self, call: LiveCall) -> LiveCall:
        over = [sid for sid, old in self.calls.items() if old.ended]
        copies = [sid for sid in over if self.calls[sid].again]
        for sid in {*copies, *over[: -MAX_CALLS + 1]}:
            del self.calls[sid]
        self.calls[call.sid] = call
        task = asyncio.create_task(call.run(self.post))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return call

    @property
    def call_log(self) -> list[dict[str, object]]:
        """The finished calls, the latest first."""
        over = [call for call in self.calls.values() if call.ended and not call.again]
        return [call.log_entry() for call in reversed(over)]

    def finished_call(self, sid: str) -> LiveCall:
        """A call of this page that has ended."""
        call = self.call(sid)
        if call.ended is None:
            raise HTTPException(_CONFLICT, "The call is still going on; hang up first.")
        return call

    def call(self, sid: str) -> LiveCall:
        """A call of this page."""
        if sid not in self.calls:
            raise HTTPException(_NOT_FOUND, "The line does not know this call any more.")
        return self.calls[sid]

    @property
    def times(self) -> list[CallTime]:
        """When a visitor may call."""
        clock = self.line.now
        now = clock.real_time() if isinstance(clock, DemoClock) else clock()
        choice = times_to_call(self.line.clinic.rules, now)
        return choice if isinstance(clock, DemoClock) else choice[:1]

    async def set_clock(self, name: str) -> None:
        """Make it one of these times."""
        chosen = [each for each in self.times if each.name == name]
        if not chosen:
            raise HTTPException(_NOT_FOUND, "When: choose one from the list.")
        await self.skip_to(chosen[0].at, name)

    async def skip_to(self, at: datetime, name: str = SKIPPED) -> None:
        """Make it this time (aware): the line reads its calendar and sends what is due."""
        clock = self.line.now
        if not isinstance(clock, DemoClock):
            raise HTTPException(_NOT_FOUND, "Only a demo's clock can be set.")
        clock.set(at)
        self.chosen_time = name
        await free_times.refresh_all(self.line.clinic)
        await self.line.texting.clock_was_set()
        self.events.publish("clock", **self.time_shown)
        self.events.publish("week")

    @property
    def time_shown(self) -> dict[str, str]:
        """The clock as the page shows it: the name of the choice, and the clinic's local time."""
        return {"when": self.chosen_time, "now": self.local_time}

    @property
    def local_time(self) -> str:
        """The demo's time in the clinic's zone, in words."""
        local = day_and_clock(self._local_now)
        return f"{local} {speech.zone_name(self.line.settings.zone).en}"

    def is_over(self, sid: str) -> bool:
        """Whether a call has ended; one that is not of this page has."""
        return sid not in self.calls or self.calls[sid].ended is not None

    @property
    def today(self) -> date:
        """The local date of the demo's clock."""
        return self._local_now.date()

    @property
    def _local_now(self) -> datetime:
        return self.line.now().astimezone(self.line.settings.zone)

    def close(self) -> None:
        """The line is stopping: end the pages' connections and the calls."""
        self.events.close()
        self.watcher.stop()
        for task in self._tasks:
            task.cancel()
