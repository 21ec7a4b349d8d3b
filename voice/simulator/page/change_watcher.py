"""Watches the calendar, the calls and the texts, and tells every open page what has changed."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict

import structlog

from calendar_sync.availability.span import Span
from calendar_sync.bookings import free_times
from calendar_sync.calendars.contract import Changes
from calendar_sync.clinic import Clinic
from calendar_sync.sync.staff_jobs import follow_all
from voice.bootstrap import Line
from voice.simulator.activity import Activity, Happening
from voice.simulator.page.calendar_block import clock
from voice.simulator.page.event_stream import EventStream
from voice.simulator.page.patient_phone import PatientPhone
from voice.texts import text_rows

log = structlog.get_logger(__name__)

LOOK_EVERY = 0.2
"""Seconds between two looks while a page is open."""
LOOK_UNSEEN_EVERY = 1.0
"""Seconds between two looks while only the terminal listens."""


class ChangeWatcher:
    """What the pages have been told so far of the calendar, the bookings and the texts.

    ``say`` gets every sentence of what happens too: a demo prints them in its terminal.
    """

    def __init__(
        self,
        line: Line,
        events: EventStream,
        phone: PatientPhone,
        say: Callable[[str], None] | None = None,
    ) -> None:
        self._line, self._events, self._phone, self._say = line, events, phone, say
        self._activity = Activity(line.pool, line.settings.zone)
        self._texts_due: dict[int, object] = {}
        self._cursors: dict[str, str | None] = {}
        self._pages = 0
        self._task: asyncio.Task[None] | None = None

    def follow(self, call_sid: str) -> None:
        """Report what happens to this call's bookings from now on."""
        self._activity.follow(call_sid)

    @property
    def held(self) -> list[Span]:
        """Times that a call holds and that are not in the calendar yet."""
        return self._activity.held

    def start(self) -> None:
        """Begin to look, if nothing does yet; stops by itself when nobody listens any more."""
        if self._task is None:
            self._task = asyncio.create_task(self._keep_looking())

    def stop(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()

    @asynccontextmanager
    async def page_open(self) -> AsyncGenerator[None]:
        """Look as long as at least one page is open."""
        self._pages += 1
        self.start()
        try:
            yield
        finally:
            self._pages -= 1

    async def _keep_looking(self) -> None:
        while self._pages or self._say:
            try:
                await self.look()
            except Exception:
                log.exception("the page could not look at the line; it tries again")
            await asyncio.sleep(LOOK_EVERY if self._pages else LOOK_UNSEEN_EVERY)
        self._task = None

    async def look(self) -> None:
        """Publish what is new since the last look."""
        moved = await self._calendar_changed()
        news = await self._activity.look()
        for happening in news:
            self._publish(happening)
        if moved or any(happening.day for happening in news):
            self._events.publish("week")
        if await self._texts_changed():
            self._events.publish("texts")

    def _publish(self, happening: Happening) -> None:
        told = asdict(happening)
        told["day"] = happening.day.isoformat() if happening.day else None
        self._events.publish("did", **{"call": told.pop("call_sid"), **told})
        if self._say:
            at = self._line.now().astimezone(self._line.settings.zone)
            self._say(f"{clock(at)}  {happening.words}")

    async def _calendar_changed(self) -> bool:
        changed = [await self._has_changed(each) for each in self._line.clinic.each]
        if not any(changed):
            return False
        await free_times.refresh_all(self._line.clinic)
        await follow_all(self._line.clinic)  # else a visitor would wait for the minute to be full
        return True

    async def _has_changed(self, clinic: Clinic) -> bool:
        """Whether one therapist's calendar has."""
        since = self._cursors.get(clinic.clinician_id)
        changes = await clinic.calendar.changes(since)
        if not isinstance(changes, Changes):
            self._cursors[clinic.clinician_id] = None
            return False
        self._cursors[clinic.clinician_id] = changes.cursor
        return since is not None and bool(changes.entries)

    async def _texts_changed(self) -> bool:
        """Whether a text came, or other texts are due than before."""
        async with self._line.pool.connection() as conn:
            changed = await self._phone.anything_new(conn)
            for known in self._activity.bookings:
                texts = await text_rows.texts_of(conn, known.id)
                due = (known.text_trouble, [(text.name, text.state, text.due) for text in texts])
                changed |= self._texts_due.get(known.id) != due
                self._texts_due[known.id] = due
        return changed
