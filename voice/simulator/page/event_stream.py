"""What happens, sent to every open page as server-sent events."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncGenerator
from dataclasses import dataclass

MAX_KEPT = 1000
"""Events kept for a page that lost its connection and comes back."""
MAX_SUBSCRIBERS = 32
"""Pages open at the same time; each costs a connection and a task."""
KEEP_ALIVE_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened."""

    number: int
    kind: str
    data: dict[str, object]

    def wire(self) -> str:
        """In the format of https://html.spec.whatwg.org/multipage/server-sent-events.html."""
        return f"id: {self.number}\nevent: {self.kind}\ndata: {json.dumps(self.data)}\n\n"


class EventStream:
    """The events of this process, in order, for up to MAX_SUBSCRIBERS pages."""

    def __init__(self) -> None:
        self._kept: deque[Event] = deque(maxlen=MAX_KEPT)
        self._subscribers: set[asyncio.Queue[Event | None]] = set()
        self._closed = False
        self._count = 0

    @property
    def is_full(self) -> bool:
        """Whether no other page can subscribe now."""
        return len(self._subscribers) >= MAX_SUBSCRIBERS

    def publish(self, kind: str, /, **data: object) -> None:
        """Send an event to every subscriber."""
        self._count += 1
        event = Event(self._count, kind, data)
        self._kept.append(event)
        for queue in self._subscribers:
            queue.put_nowait(event)

    async def subscribe(self, since: int | None = None) -> AsyncGenerator[str]:
        """Every event from now on; with ``since``, first those after that number.

        Ends at once when the stream is full.
        """
        if self.is_full:
            return
        queue: asyncio.Queue[Event | None] = asyncio.Queue()
        for kept in self._kept:
            if since is not None and since < kept.number:
                queue.put_nowait(kept)
        if self._closed:
            queue.put_nowait(None)
        self._subscribers.add(queue)
        try:
            yield "retry: 1000\n\n"
            while True:
                try:
                    async with asyncio.timeout(KEEP_ALIVE_SECONDS):
                        event = await queue.get()
                except TimeoutError:
                    yield ": still here\n\n"
                    continue
                if event is None:
                    return
                yield event.wire()
        finally:
            self._subscribers.discard(queue)

    def close(self) -> None:
        """End every page's connection: the line is stopping."""
        self._closed = True
        for queue in self._subscribers:
            queue.put_nowait(None)
