"""More of the Calendar contract: times that staff open, and busy times without some events."""

from dataclasses import replace
from datetime import timedelta

import pytest
from support.calendar_contract import DAY, NINE, OURS, TEN, THEIRS, put
from support.clinic import span

from calendar_sync.availability.span import Span
from calendar_sync.bookings.event_text import event_id
from calendar_sync.calendars.contract import Calendar, Unknown


class TimesContract:
    """Each test is one promise of the contract."""

    @pytest.mark.parametrize("blocks", [True, False])
    @pytest.mark.parametrize("title", ["Open for screenings", " open for Screenings "])
    async def test_an_opened_time_is_not_busy(
        self,
        calendar: Calendar,
        title: str,
        blocks: bool,  # noqa: FBT001  # a parameter
    ) -> None:
        """An opening is not busy, whatever the calendar shows; a booking within it is."""
        morning = Span(NINE.start, span("2026-12-01 12:00").start)
        await put(calendar, replace(THEIRS, title=title, span=morning, blocks=blocks))
        assert await calendar.busy(DAY) == ()
        await put(calendar, OURS)
        assert await calendar.busy(DAY) == (NINE,)
        assert await calendar.opened(DAY) == (morning,)
        assert await calendar.opened(TEN) == (TEN,)

    async def test_one_event_can_be_left_out_of_the_busy_times(self, calendar: Calendar) -> None:
        """Busy times at a booking's time can be read without the booking itself."""
        await put(calendar, OURS)
        assert await calendar.busy(DAY, besides={OURS.id}) == ()
        await put(calendar, replace(THEIRS, span=NINE))
        assert await calendar.busy(DAY, besides={OURS.id}) == (NINE,)

    async def test_silence_opens_nothing(self, unreachable: Calendar) -> None:
        """No answer is not the same as no opened times."""
        assert isinstance(await unreachable.opened(DAY), Unknown)
        assert isinstance(await unreachable.busy(DAY, besides={OURS.id}), Unknown)

    async def test_events_that_touch_the_window_are_outside_it(self, calendar: Calendar) -> None:
        """Ranges are half-open on both sides."""
        await put(calendar, OURS)
        await put(calendar, THEIRS)
        assert await calendar.busy(Span(NINE.end, TEN.start)) == ()

    async def test_free_and_cancelled_events_leave_their_time_free(
        self, calendar: Calendar
    ) -> None:
        """Events that staff marked as free or deleted block nothing."""
        await put(calendar, replace(THEIRS, blocks=False))
        there = await put(calendar, OURS)
        await calendar.cancel(OURS.id, there.etag)
        assert await calendar.busy(DAY) == ()

    async def test_all_day_and_cross_midnight_events_block(self, calendar: Calendar) -> None:
        """A day off is busy from local midnight to local midnight, even when clocks change."""
        for number, day in enumerate(["2026-11-01", "2027-03-14", "2027-11-07"]):
            hours = {"2027-03-14": 23}.get(day, 25)
            whole = span(f"{day} 00:00", hours * 60)
            await put(calendar, replace(THEIRS, id=event_id("off", day, number), span=whole))
            around = Span(whole.start - timedelta(hours=2), whole.end + timedelta(hours=2))
            assert await calendar.busy(around) == (whole,)
