"""A question that only flags keeps the booking, informs staff, and advises the caller."""

import asyncio
from dataclasses import replace

import pytest
from support.caller import Caller
from support.patients import To
from support.pure_call import PureCall

from calendar_sync.bookings import call_backs
from calendar_sync.bookings.booking import Booking, bookings_of_call
from calendar_sync.calendars.contract import Unknown
from voice.bootstrap import Line
from voice.dialogue.effects import AddToChart, AskCallBack, Book, FindOffers
from voice.flows import clinical_wording as wording
from voice.flows import safety
from voice.flows.clinical_wording import Flag, Stop

NOTE = "past cancer, unexplained weight loss, or pain all night"
LABEL = "Past cancer, unexplained weight loss, or pain all night"


async def chart_of(line: Line, caller: Caller) -> dict[str, str]:
    """The chart of the call's booking, as staff read it."""
    async with line.pool.connection() as conn:
        [booking] = await bookings_of_call(conn, caller.who.call_sid)
    return dict(booking.chart)


async def description(line: Line, booking: Booking) -> str:
    """The description of the booking's event."""
    event = await line.clinic.calendar.find(str(booking.event_id))
    assert event is not None
    assert not isinstance(event, Unknown)
    return event.description


async def asked_back(line: Line) -> list[tuple[str, str | None]]:
    """The numbers that staff should call, with the reasons."""
    async with line.pool.connection() as conn:
        return [(row.reason, row.number) for row in await call_backs.open_requests(conn)]


@pytest.mark.parametrize(("key", "said"), [("1", "yes"), ("3", "not sure")])
async def test_a_yes_keeps_the_booking_and_marks_it(
    caller: Caller, line: Line, to_booked: To, key: str, said: str
) -> None:
    """The flag is in the event, the chart and a call-back; the caller is told to see a doctor."""
    await to_booked(caller)
    await caller.stays_silent().hears("One more, for your visit. Have you had cancer?")
    await caller.presses(key).hears("Please tell your doctor about that this week.")
    await caller.hears("Doctor Spring will see it too. Your visit stays booked.").stays_silent()
    await caller.hears("text you about this visit")
    chart = await chart_of(line, caller)
    assert chart["Ask first"] == f"{NOTE}: {said}"
    assert chart[LABEL] == said
    assert await asked_back(line) == [
        ("booked, but answered yes, not sure, or nothing to the history question", "+14255550123")
    ]
    async with line.pool.connection() as conn:
        [booking] = await bookings_of_call(conn, caller.who.call_sid)
    assert booking.state == "booked"
    async with asyncio.timeout(60):  # the worker brings the event up to date
        while not (await description(line, booking)).startswith(f"ASK FIRST: {NOTE}: {said}\n"):  # noqa: ASYNC110  # the calendar has no event to wait for
            await asyncio.sleep(0.02)


async def test_a_no_is_kept_as_a_no(caller: Caller, line: Line, to_consent: To) -> None:
    """A no requests no call-back."""
    await to_consent(caller)
    await caller.hears("text you about this visit")
    chart = await chart_of(line, caller)
    assert chart[LABEL] == "no"
    assert "Ask first" not in chart
    assert await asked_back(line) == []


async def test_who_hangs_up_before_it_has_not_answered_it(
    caller: Caller, line: Line, to_booked: To
) -> None:
    """Staff read that it was not answered, not that it was a no."""
    await to_booked(caller)
    await caller.hangs_up()
    assert (await chart_of(line, caller))[LABEL] == "not answered"


def test_silence_is_no_no() -> None:
    """Three silent attempts are flagged as "no answer"."""
    call = PureCall().presses("1", *"222222", "#", "1", "1", "", "")
    call.presses("", "", "")
    assert call.words.startswith("Please tell your doctor about that this week.")
    [added] = [each for each in call.effects if isinstance(each, AddToChart)]
    assert added.lines == (("Ask first", f"{NOTE}: no answer"), (LABEL, "no answer"))


def test_the_call_back_is_stored_before_the_caller_hears_of_it() -> None:
    """The call-back is stored before it is promised."""
    call = PureCall().presses("1", *"222222", "#", "1", "1", "", "", "1")
    assert call.words.startswith("Please tell your doctor")
    kinds = [type(each) for each in call.effects]
    assert kinds[-2:] == [AddToChart, AskCallBack]


@pytest.fixture
def _fresh() -> None:
    safety.as_asked.cache_clear()


@pytest.mark.usefixtures("_fresh")
def test_a_stop_becomes_a_flag_by_one_word(monkeypatch: pytest.MonkeyPatch) -> None:
    """The booking goes on, staff read both, and only stopping questions are counted."""
    milder = replace(wording.INJURY, then=Flag("recent fall"))
    monkeypatch.setattr(wording, "BEFORE_BOOKING", (*wording.BEFORE_BOOKING[:-1], milder))
    call = PureCall().presses("1", *"22222", "1")
    assert call.words.startswith("Please tell your doctor about that this week.")
    assert "stays booked" not in call.words
    call.presses("", "#", "1", "1")
    assert call.words == "One moment, please."
    [book] = [each for each in call.effects if isinstance(each, Book)]
    assert ("Safety", "5 of 5 answered no") in book.chart
    assert ("Ask first", "recent fall: yes") in book.chart


@pytest.mark.usefixtures("_fresh")
def test_a_flag_may_be_asked_before_the_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """Moved before the times, the question is not asked again after the booking."""
    monkeypatch.setattr(
        wording, "BEFORE_BOOKING", (*wording.BEFORE_BOOKING, *wording.AFTER_BOOKING)
    )
    monkeypatch.setattr(wording, "AFTER_BOOKING", ())
    call = PureCall().presses("1", *"222222")
    assert "Have you had cancer?" in call.words
    call.presses("1", "", "#", "1", "1", "", "")
    assert "text you about this visit" in call.words


@pytest.mark.usefixtures("_fresh")
def test_a_flag_becomes_a_stop_by_one_word(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the booking it stops like the others; after it, it is refused."""
    harder = replace(wording.HISTORY, then=Stop(wording.DOCTOR_TODAY))
    monkeypatch.setattr(wording, "BEFORE_BOOKING", (*wording.BEFORE_BOOKING, harder))
    monkeypatch.setattr(wording, "AFTER_BOOKING", ())
    call = PureCall().presses("1", *"222222", "1")
    assert "A doctor should see this today." in call.words
    assert not any(isinstance(each, FindOffers) for each in call.effects)
    monkeypatch.setattr(wording, "AFTER_BOOKING", (harder,))
    monkeypatch.setattr(wording, "BEFORE_BOOKING", wording.BEFORE_BOOKING[:-1])
    with pytest.raises(ValueError, match="can only flag"):
        _ = PureCall().presses("1", *"222222", "#", "1", "1", "", "").here
