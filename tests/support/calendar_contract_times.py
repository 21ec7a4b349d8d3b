"""The rest of the Diary contract: times that staff open, and busy times besides one event."""

from dataclasses import replace

import pytest
from support.calendar_contract import DAY, NINE, OURS, TEN, THEIRS, put
from support.clinic import span

from calendar_sync.availability.span import Span
from calendar_sync.calendars.contract import Diary, Unknown


class TimesContract:
    """Each test is one promise of the contract."""

    @pytest.mark.parametrize("blocks", [True, False])
    @pytest.mark.parametrize("title", ["Open for screenings", " open for Screenings "])
    async def test_an_opened_time_is_not_busy(
        self,
        diary: Diary,
        title: str,
        blocks: bool,  # noqa: FBT001  # a parameter
    ) -> None:
        """By its title, whether the calendar shows it as busy or as free; a booking in it is."""
        morning = Span(NINE.start, span("2026-12-01 12:00").start)
        await put(diary, replace(THEIRS, title=title, span=morning, blocks=blocks))
        assert await diary.busy(DAY) == ()
        await put(diary, OURS)
        assert await diary.busy(DAY) == (NINE,)
        assert await diary.opened(DAY) == (morning,)
        assert await diary.opened(TEN) == (TEN,)

    async def test_one_event_can_be_left_out_of_the_busy_times(self, diary: Diary) -> None:
        """What else stands at a booking's time, without the booking itself."""
        await put(diary, OURS)
        assert await diary.busy(DAY, besides=OURS.id) == ()
        await put(diary, replace(THEIRS, span=NINE))
        assert await diary.busy(DAY, besides=OURS.id) == (NINE,)

    async def test_silence_opens_nothing(self, unreachable: Diary) -> None:
        """A diary that does not answer is no diary without opened times."""
        assert isinstance(await unreachable.opened(DAY), Unknown)
        assert isinstance(await unreachable.busy(DAY, besides=OURS.id), Unknown)
