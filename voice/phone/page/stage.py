"""What the page's routes share: the line, the events, the calls, the clock."""

import asyncio
from dataclasses import dataclass, field
from datetime import date

from fastapi import FastAPI, HTTPException

from calendar_sync import busy_times
from voice.line import Line
from voice.phone.page.demo_clock import DemoClock, When, times_to_call
from voice.phone.page.feed import Feed
from voice.phone.page.live_call import LiveCall, Wish
from voice.phone.page.watch import Watch
from voice.phone.post import InProcess

MOST_CALLS = 20
"""Calls kept for their transcripts; older ones are forgotten."""
_NOT_FOUND = 404


@dataclass
class Stage:
    """One demo. ``app`` is the line's application: the calls go through its front door."""

    line: Line
    app: FastAPI
    feed: Feed = field(default_factory=Feed)
    calls: dict[str, LiveCall] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Begin to watch once a page is open."""
        self.watch = Watch(self.line, self.feed)

    def place(self, wish: Wish) -> LiveCall:
        """Start a call; it goes on by itself."""
        settings = self.line.settings
        call = LiveCall(self.line, self.feed, wish, self.line.now().astimezone(settings.zone))
        for sid in [sid for sid, old in self.calls.items() if old.ended][: -MOST_CALLS or None]:
            del self.calls[sid]
        self.calls[call.sid] = call
        self.watch.follow(call.sid)
        post = InProcess(self.app, settings.public_base_url, settings.tokens[0])
        task = asyncio.create_task(call.live(post))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return call

    def call(self, sid: str) -> LiveCall:
        """A call of this page."""
        if sid not in self.calls:
            raise HTTPException(_NOT_FOUND, "This call is not known here.")
        return self.calls[sid]

    @property
    def times(self) -> list[When]:
        """When a visitor may call."""
        clock = self.line.now
        now = clock.truly() if isinstance(clock, DemoClock) else clock()
        choice = times_to_call(self.line.desk.rules, now)
        return choice if isinstance(clock, DemoClock) else choice[:1]

    async def set_clock(self, name: str) -> None:
        """Let it be one of these times; the line reads its calendar for it."""
        clock = self.line.now
        chosen = [when for when in self.times if when.name == name]
        if not chosen or not isinstance(clock, DemoClock):
            raise HTTPException(_NOT_FOUND, "There is no such time to call at.")
        clock.set(chosen[0].at)
        await busy_times.refresh(self.line.desk)
        self.feed.tell("week")

    @property
    def today(self) -> date:
        """The local date of the demo's clock."""
        return self.line.now().astimezone(self.line.settings.zone).date()

    def close(self) -> None:
        """The line stops."""
        self.feed.close()
        for task in self._tasks:
            task.cancel()
