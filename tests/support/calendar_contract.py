"""What every Diary must do; a suite for each of them is a subclass that hands one over.

class TestMyDiary(DiaryContract):
    @pytest.fixture
    def diary(self) -> Diary: ...

    @pytest.fixture
    def unreachable(self) -> Diary: ...
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from support.clinic import span

from calendar_sync.availability.span import Span
from calendar_sync.bookings.event_text import event_id
from calendar_sync.calendars.contract import (
    Changed,
    Changes,
    Clash,
    CursorExpired,
    Diary,
    Entry,
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


async def put(diary: Diary, event: Event) -> Entry:
    """Insert an event and read it back."""
    assert isinstance(await diary.insert(event), Inserted)
    return await find(diary, event.id)


async def find(diary: Diary, event_id: str) -> Entry:
    """An event that must be there."""
    found = await diary.find(event_id)
    assert isinstance(found, Entry)
    return found


async def read(diary: Diary, since: str | None) -> Changes:
    """Changes that must be readable."""
    changes = await diary.changes(since)
    assert isinstance(changes, Changes)
    return changes


class DiaryContract:
    """Each test is one promise of the contract."""

    @pytest.fixture
    def diary(self) -> Diary:
        """An empty diary."""
        raise NotImplementedError

    @pytest.fixture
    def unreachable(self) -> Diary:
        """A diary that does not answer."""
        raise NotImplementedError

    async def test_what_was_inserted_is_found_as_written(self, diary: Diary) -> None:
        """An event comes back with its time, its words and its booking."""
        inserted = await diary.insert(OURS)
        found = await find(diary, OURS.id)
        assert inserted == Inserted(found.etag)
        assert found == Entry(
            event_id=OURS.id,
            span=OURS.span,
            title=OURS.title,
            description=OURS.description,
            location=OURS.location,
            booking_id="17",
            cancelled=False,
            etag=found.etag,
        )

    async def test_what_was_never_inserted_is_none(self, diary: Diary) -> None:
        """None is not a doubt: the diary never had it."""
        assert await diary.find(OURS.id) is None

    async def test_the_same_insert_again_is_the_same_event(self, diary: Diary) -> None:
        """Id, booking and time agree: acknowledged again, whatever staff did to the words."""
        first = await put(diary, OURS)
        await diary.rewrite(OURS.id, first.etag, title="Called, no answer")
        again = await diary.insert(OURS)
        found = await find(diary, OURS.id)
        assert again == Inserted(found.etag)
        assert found.title == "Called, no answer"

    async def test_the_id_of_a_cancelled_event_stays_used(self, diary: Diary) -> None:
        """A tombstone keeps its id for ever."""
        there = await put(diary, OURS)
        await diary.cancel(OURS.id, there.etag)
        assert await diary.insert(OURS) == Clash("cancelled")
        assert (await find(diary, OURS.id)).cancelled

    @pytest.mark.parametrize(
        "other",
        [replace(OURS, booking_id="18"), replace(OURS, booking_id=None), replace(OURS, span=TEN)],
    )
    async def test_the_id_of_another_live_event_is_foreign(
        self, diary: Diary, other: Event
    ) -> None:
        """Another booking, no booking or another time under our id: not ours, and left alone."""
        there = await put(diary, other)
        assert await diary.insert(OURS) == Clash("foreign")
        assert await find(diary, OURS.id) == there

    async def test_a_diary_has_no_lock_of_its_own(self, diary: Diary) -> None:
        """Two overlapping events both go in; keeping bookings apart is not the diary's work."""
        await put(diary, OURS)
        await put(diary, replace(THEIRS, span=NINE))
        assert await diary.busy(DAY) == (NINE,)

    async def test_busy_times_are_clipped_merged_and_in_order(self, diary: Diary) -> None:
        """Overlapping and touching events are one busy time, cut to what was asked."""
        late = span("2026-12-01 23:30", 60)
        for number, each in enumerate(
            [late, TEN, span("2026-12-01 09:20", 10), NINE, span("2026-12-01 10:10", 20)]
        ):
            await put(diary, replace(THEIRS, id=event_id("staff", "busy", number), span=each))
        assert await diary.busy(DAY) == (
            Span(NINE.start, NINE.start + timedelta(minutes=30)),
            Span(TEN.start, TEN.start + timedelta(minutes=30)),
            Span(late.start, DAY.end),
        )

    async def test_events_that_touch_the_window_are_outside_it(self, diary: Diary) -> None:
        """Ranges are half-open on both sides."""
        await put(diary, OURS)
        await put(diary, THEIRS)
        assert await diary.busy(Span(NINE.end, TEN.start)) == ()

    async def test_free_and_cancelled_events_leave_their_time_free(self, diary: Diary) -> None:
        """What staff marked as free, or deleted, blocks nothing."""
        await put(diary, replace(THEIRS, blocks=False))
        there = await put(diary, OURS)
        await diary.cancel(OURS.id, there.etag)
        assert await diary.busy(DAY) == ()

    async def test_all_day_and_cross_midnight_events_block(self, diary: Diary) -> None:
        """A day off is busy from local midnight to local midnight, also when clocks change."""
        for number, day in enumerate(["2026-11-01", "2027-03-14", "2027-11-07"]):
            hours = {"2027-03-14": 23}.get(day, 25)
            whole = span(f"{day} 00:00", hours * 60)
            await put(diary, replace(THEIRS, id=event_id("off", day, number), span=whole))
            around = Span(whole.start - timedelta(hours=2), whole.end + timedelta(hours=2))
            assert await diary.busy(around) == (whole,)

    async def test_rewriting_changes_the_given_words_and_never_the_time(self, diary: Diary) -> None:
        """Words that are not given stay; the version moves on."""
        there = await put(diary, OURS)
        written = await diary.rewrite(OURS.id, there.etag, description="NO TEXTS", location="")
        assert isinstance(written, Entry)
        assert written == replace(there, description="NO TEXTS", location="", etag=written.etag)
        assert written.etag != there.etag
        assert await find(diary, OURS.id) == written

    async def test_moving_changes_the_time_and_never_the_words(self, diary: Diary) -> None:
        """The same event at another time, under another version."""
        there = await put(diary, OURS)
        moved = await diary.move(OURS.id, TEN, there.etag)
        assert isinstance(moved, Entry)
        assert moved == replace(there, span=TEN, etag=moved.etag)
        assert await diary.busy(DAY) == (TEN,)

    async def test_a_version_that_staff_changed_is_never_overwritten(self, diary: Diary) -> None:
        """Whoever brings an old version writes nothing."""
        there = await put(diary, OURS)
        await diary.rewrite(OURS.id, there.etag, title="Changed by staff")
        newest = await find(diary, OURS.id)
        assert await diary.rewrite(OURS.id, there.etag, title="Ours") == Changed()
        assert await diary.move(OURS.id, TEN, there.etag) == Changed()
        assert await diary.cancel(OURS.id, there.etag) == Changed()
        assert await diary.cancel(OURS.id, "no version") == Changed()
        assert await find(diary, OURS.id) == newest

    async def test_what_is_gone_stays_gone(self, diary: Diary) -> None:
        """Cancelling twice is Gone; a cancelled or unknown event is neither written nor moved."""
        there = await put(diary, OURS)
        assert await diary.cancel(OURS.id, there.etag) == Gone()
        for event, etag in ((OURS.id, there.etag), (THEIRS.id, there.etag)):
            assert await diary.cancel(event, etag) == Gone()
            assert await diary.rewrite(event, etag, title="x") == Gone()
            assert await diary.move(event, TEN, etag) == Gone()

    async def test_changes_from_the_beginning_hold_every_live_event(self, diary: Diary) -> None:
        """The first reading has what stands there now, in its newest state."""
        there = await put(diary, OURS)
        await diary.rewrite(OURS.id, there.etag, title="Newest")
        await put(diary, THEIRS)
        live = {entry.event_id: entry for entry in (await read(diary, None)).entries}
        assert {id_: each.title for id_, each in live.items() if not each.cancelled} == {
            OURS.id: "Newest",
            THEIRS.id: "Lunch",
        }

    async def test_changes_after_a_cursor_hold_what_changed_and_nothing_else(
        self, diary: Diary
    ) -> None:
        """Each changed event once, cancellations too, and then nothing more."""
        ours, _ = await put(diary, OURS), await put(diary, THEIRS)
        before = await read(diary, None)
        await diary.rewrite(OURS.id, ours.etag, title="Once")
        ours = await find(diary, OURS.id)
        await diary.move(OURS.id, span("2026-12-01 11:00"), ours.etag)
        ours = await find(diary, OURS.id)
        await diary.cancel(OURS.id, ours.etag)
        after = await read(diary, before.cursor)
        assert [(entry.event_id, entry.cancelled) for entry in after.entries] == [(OURS.id, True)]
        assert (await read(diary, after.cursor)).entries == ()

    async def test_a_cursor_that_the_diary_does_not_know_has_expired(self, diary: Diary) -> None:
        """An unknown cursor is not read as "nothing changed"."""
        await put(diary, OURS)
        assert await diary.changes("no cursor of this diary") == CursorExpired()

    async def test_a_diary_that_does_not_answer_leaves_everything_open(
        self, unreachable: Diary
    ) -> None:
        """No call reads silence as free, as done or as gone."""
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
