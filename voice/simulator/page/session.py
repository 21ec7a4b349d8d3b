"""What the page's routes share: the line, the events, the calls, the clock."""

import asyncio
from dataclasses import dataclass, field
from datetime import date, datetime

from fastapi import FastAPI, HTTPException

from calendar_sync.bookings import free_times
from voice.bootstrap import Line
from voice.dialogue import speech
from voice.simulator.demo_clock import CallTime, DemoClock, times_to_call
from voice.simulator.page.change_watcher import ChangeWatcher
from voice.simulator.page.event_stream import EventStream
from voice.simulator.page.live_call import CallRequest, LiveCall
from voice.simulator.page.patient_phone import PatientPhone
from voice.simulator.page.week_view import day_and_clock
from voice.simulator.transport import InProcess

MAX_CALLS = 20
"""Calls kept for their transcripts; older ones are forgotten."""
_NOT_FOUND = 404


@dataclass
class Session:
    """One demo. ``app`` is the line's application: the calls go through its front door."""

    line: Line
    app: FastAPI
    events: EventStream = field(default_factory=EventStream)
    calls: dict[str, LiveCall] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Begin to watch once a page is open."""
        self.patient_phone = PatientPhone(self.line)
        self.watcher = ChangeWatcher(self.line, self.events, self.patient_phone)
        settings = self.line.settings
        self.post = InProcess(self.app, settings.public_base_url, settings.tokens[0])

    def place(self, request: CallRequest) -> LiveCall:
        """Start a call; it goes on by itself."""
        settings = self.line.settings
        call = LiveCall(self.line, self.events, request, self.line.now().astimezone(settings.zone))
        for sid in [sid for sid, old in self.calls.items() if old.ended][: -MAX_CALLS or None]:
            del self.calls[sid]
        self.calls[call.sid] = call
        self.watcher.follow(call.sid)
        task = asyncio.create_task(call.run(self.post))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return call

    def call(self, sid: str) -> LiveCall:
        """A call of this page."""
        if sid not in self.calls:
            raise HTTPException(_NOT_FOUND, "This call is not known here.")
        return self.calls[sid]

    @property
    def times(self) -> list[CallTime]:
        """CallTime a visitor may call."""
        clock = self.line.now
        now = clock.real_time() if isinstance(clock, DemoClock) else clock()
        choice = times_to_call(self.line.clinic.rules, now)
        return choice if isinstance(clock, DemoClock) else choice[:1]

    async def set_clock(self, name: str) -> None:
        """Let it be one of these times."""
        chosen = [when for when in self.times if when.name == name]
        if not chosen:
            raise HTTPException(_NOT_FOUND, "There is no such time to call at.")
        await self.skip_to(chosen[0].at)

    async def skip_to(self, at: datetime) -> None:
        """Let it be this time (aware): the line reads its calendar, and sends what is due."""
        clock = self.line.now
        if not isinstance(clock, DemoClock):
            raise HTTPException(_NOT_FOUND, "This clock cannot be set.")
        clock.set(at)
        await free_times.refresh(self.line.clinic)
        await self.line.texting.clock_was_set()
        self.events.publish("week")

    @property
    def local_time(self) -> str:
        """The demo's time on the clinic's local_time."""
        zone = self.line.settings.zone
        local = day_and_clock(self.line.now().astimezone(zone))
        return f"{local} {speech.zone_name(zone).en}"

    def is_over(self, sid: str) -> bool:
        """Whether a call has ended; one that is not of this page has."""
        return sid not in self.calls or self.calls[sid].ended is not None

    @property
    def today(self) -> date:
        """The local date of the demo's clock."""
        return self.line.now().astimezone(self.line.settings.zone).date()

    def close(self) -> None:
        """The line stops."""
        self.events.close()
        for task in self._tasks:
            task.cancel()
