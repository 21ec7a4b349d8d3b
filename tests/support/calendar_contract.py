"""What every Calendar must do; each implementation has a subclass that provides one.

class TestMyCalendar(CalendarContract):
    @pytest.fixture
    def calendar(self) -> Calendar: ...

    @pytest.fixture
    def unreachable(self) -> Calendar: ...
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from support.clinic import span

from calendar_sync.availability.span import Span
from calendar_sync.bookings.event_text import event_id
from calendar_sync.calendars.contract import (
    Calendar,
    CalendarEvent,
    Changed,
    Changes,
    Clash,
    CursorExpired,
    Event,
    Gone,
    Inserted,
    Unknown,
)

NINE, TEN = span("2026-12-01 09:00"), span("2026-12-01 10:00")
DAY = Span(NINE.start - timedelta(hours=9), NINE.start + timedelta(hours=15))
OURS = Event(
    id=event_id("CA" + "0" * 31 + "1", "hold", 0),
    span=NINE,
    title="Video screening ··0123",
    description="CALL: +1 425 555 0123\nVIDEO: needs a link",
    location="https://video.example/room",
    booking_id="17",
)
THEIRS = Event(id=event_id("staff", "lunch", 0), span=TEN, title="Lunch")


async def put(calendar: Calendar, event: Event) -> CalendarEvent:
    """Insert an event and read it back."""
    assert isinstance(await calendar.insert(event), Inserted)
    return await find(calendar, event.id)


async def find(calendar: Calendar, event_id: str) -> CalendarEvent:
    """Find an event that must exist."""
    found = await calendar.find(event_id)
    assert isinstance(found, CalendarEvent)
    return found


async def read(calendar: Calendar, since: str | None) -> Changes:
    """Read changes, which must succeed."""
    changes = await calendar.changes(since)
    assert isinstance(changes, Changes)
    return changes


class CalendarContract:
    """Each test is one promise of the contract."""

    @pytest.fixture
    def calendar(self) -> Calendar:
        """An empty calendar."""
        raise NotImplementedError  # each calendar's own tests give it

    @pytest.fixture
    def unreachable(self) -> Calendar:
        """A calendar that does not answer."""
        raise NotImplementedError  # each calendar's own tests give it

    async def test_what_was_inserted_is_found_as_written(self, calendar: Calendar) -> None:
        """An event comes back with its time, its text and its booking."""
        inserted = await calendar.insert(OURS)
        found = await find(calendar, OURS.id)
        assert inserted == Inserted(found.etag)
        assert found == CalendarEvent(
            event_id=OURS.id,
            span=OURS.span,
            title=OURS.title,
            description=OURS.description,
            location=OURS.location,
            booking_id="17",
            cancelled=False,
            etag=found.etag,
        )

    async def test_what_was_never_inserted_is_none(self, calendar: Calendar) -> None:
        """None means that the calendar never had the event."""
        assert await calendar.find(OURS.id) is None

    async def test_the_same_insert_again_is_the_same_event(self, calendar: Calendar) -> None:
        """A repeat with the same id, booking and time is acknowledged, even if staff edited it."""
        first = await put(calendar, OURS)
        await calendar.rewrite(OURS.id, first.etag, title="Called, no answer")
        again = await calendar.insert(OURS)
        found = await find(calendar, OURS.id)
        assert again == Inserted(found.etag)
        assert found.title == "Called, no answer"

    async def test_the_id_of_a_cancelled_event_stays_used(self, calendar: Calendar) -> None:
        """The id of a deleted event is never reused."""
        there = await put(calendar, OURS)
        await calendar.cancel(OURS.id, there.etag)
        assert await calendar.insert(OURS) == Clash("cancelled")
        assert (await find(calendar, OURS.id)).cancelled

    @pytest.mark.parametrize(
        "other",
        [replace(OURS, booking_id="18"), replace(OURS, booking_id=None), replace(OURS, span=TEN)],
    )
    async def test_the_id_of_another_live_event_is_foreign(
        self, calendar: Calendar, other: Event
    ) -> None:
        """An event with another booking, no booking or another time is foreign and left alone."""
        there = await put(calendar, other)
        assert await calendar.insert(OURS) == Clash("foreign")
        assert await find(calendar, OURS.id) == there

    async def test_a_calendar_has_no_lock_of_its_own(self, calendar: Calendar) -> None:
        """Two overlapping events are both inserted; the database keeps bookings apart."""
        await put(calendar, OURS)
        await put(calendar, replace(THEIRS, span=NINE))
        assert await calendar.busy(DAY) == (NINE,)

    async def test_busy_times_are_clipped_merged_and_in_order(self, calendar: Calendar) -> None:
        """Overlapping and adjacent events merge into one busy time, cut to the requested range."""
        late = span("2026-12-01 23:30", 60)
        for number, each in enumerate(
            [late, TEN, span("2026-12-01 09:20", 10), NINE, span("2026-12-01 10:10", 20)]
        ):
            await put(calendar, replace(THEIRS, id=event_id("staff", "busy", number), span=each))
        assert await calendar.busy(DAY) == (
            Span(NINE.start, NINE.start + timedelta(minutes=30)),
            Span(TEN.start, TEN.start + timedelta(minutes=30)),
            Span(late.start, DAY.end),
        )

    async def test_rewriting_changes_the_given_words_and_never_the_time(
        self, calendar: Calendar
    ) -> None:
        """Text that is not given stays, and the version changes."""
        there = await put(calendar, OURS)
        written = await calendar.rewrite(OURS.id, there.etag, description="NO TEXTS", location="")
        assert isinstance(written, CalendarEvent)
        assert written == replace(there, description="NO TEXTS", location="", etag=written.etag)
        assert written.etag != there.etag
        assert await find(calendar, OURS.id) == written

    async def test_moving_changes_the_time_and_never_the_words(self, calendar: Calendar) -> None:
        """The event stays the same, with another time and another version."""
        there = await put(calendar, OURS)
        moved = await calendar.move(OURS.id, TEN, there.etag)
        assert isinstance(moved, CalendarEvent)
        assert moved == replace(there, span=TEN, etag=moved.etag)
        assert await calendar.busy(DAY) == (TEN,)

    async def test_a_version_that_staff_changed_is_never_overwritten(
        self, calendar: Calendar
    ) -> None:
        """A write with an old version is refused."""
        there = await put(calendar, OURS)
        await calendar.rewrite(OURS.id, there.etag, title="Changed by staff")
        newest = await find(calendar, OURS.id)
        assert await calendar.rewrite(OURS.id, there.etag, title="Ours") == Changed()
        assert await calendar.move(OURS.id, TEN, there.etag) == Changed()
        assert await calendar.cancel(OURS.id, there.etag) == Changed()
        assert await calendar.cancel(OURS.id, "no version") == Changed()
        assert await find(calendar, OURS.id) == newest

    async def test_what_is_gone_stays_gone(self, calendar: Calendar) -> None:
        """A second cancel returns Gone, and a missing event is neither written nor moved."""
        there = await put(calendar, OURS)
        assert await calendar.cancel(OURS.id, there.etag) == Gone()
        for event, etag in ((OURS.id, there.etag), (THEIRS.id, there.etag)):
            assert await calendar.cancel(event, etag) == Gone()
            assert await calendar.rewrite(event, etag, title="x") == Gone()
            assert await calendar.move(event, TEN, etag) == Gone()

    async def test_changes_from_the_beginning_hold_every_live_event(
        self, calendar: Calendar
    ) -> None:
        """The first sync has the current state of each event."""
        there = await put(calendar, OURS)
        await calendar.rewrite(OURS.id, there.etag, title="Newest")
        await put(calendar, THEIRS)
        live = {entry.event_id: entry for entry in (await read(calendar, None)).entries}
        assert {id_: each.title for id_, each in live.items() if not each.cancelled} == {
            OURS.id: "Newest",
            THEIRS.id: "Lunch",
        }

    async def test_changes_after_a_cursor_hold_what_changed_and_nothing_else(
        self, calendar: Calendar
    ) -> None:
        """Each changed event, including a cancelled one, is read once, and then nothing more."""
        ours, _ = await put(calendar, OURS), await put(calendar, THEIRS)
        before = await read(calendar, None)
        await calendar.rewrite(OURS.id, ours.etag, title="Once")
        ours = await find(calendar, OURS.id)
        await calendar.move(OURS.id, span("2026-12-01 11:00"), ours.etag)
        ours = await find(calendar, OURS.id)
        await calendar.cancel(OURS.id, ours.etag)
        after = await read(calendar, before.cursor)
        assert [(entry.event_id, entry.cancelled) for entry in after.entries] == [(OURS.id, True)]
        assert (await read(calendar, after.cursor)).entries == ()

    async def test_a_cursor_that_the_calendar_does_not_know_has_expired(
        self, calendar: Calendar
    ) -> None:
        """An unknown cursor does not mean "nothing changed"."""
        await put(calendar, OURS)
        assert await calendar.changes("no cursor of this calendar") == CursorExpired()

    async def test_a_calendar_that_does_not_answer_leaves_everything_open(
        self, unreachable: Calendar
    ) -> None:
        """No answer never counts as free, done or gone."""
        for answer in (
            await unreachable.busy(DAY),
            await unreachable.insert(OURS),
            await unreachable.find(OURS.id),
            await unreachable.rewrite(OURS.id, "1", title="x"),
            await unreachable.move(OURS.id, TEN, "1"),
            await unreachable.cancel(OURS.id, "1"),
            await unreachable.changes(None),
        ):
            assert isinstance(answer, Unknown)
            assert "0123" not in answer.why
