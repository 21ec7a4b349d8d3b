"""While many calls come in, suspicious callers key back a spoken number before they hold a time."""

import re
from collections.abc import Awaitable, Callable

import pytest
from support.caller import Caller
from support.clinic import requests

from voice.bootstrap import Line
from voice.calls import journal
from voice.flows.clinical_wording import BEFORE_BOOKING

Place = Callable[..., Awaitable[Caller]]
PATIENT = "+14255550124"
ASKED = "Many calls are coming in. To go on, please key in"
A = "TN-Validation-Passed-A"
BUSY = {"limit_bookings_per_day": 2}
"""With one visit booked, half of the day's are taken."""


def digits(caller: Caller) -> str:
    """The number that was last spoken to the caller, without spaces."""
    spoken = [re.search(r"(?:key in|marque) ((?:\d ?)+)\.", words) for words in caller.heard]
    return [found[1].replace(" ", "") for found in spoken if found][-1]


async def book(caller: Caller) -> None:
    """Choose the first time and book it, as a caller who is asked for no number."""
    await caller.presses("1").presses("1").hears("You are booked")


@pytest.mark.parametrize("changes", [BUSY])
@pytest.mark.parametrize("signed", [None, "TN-Validation-Passed-B", f"{A}-Diverted"])
async def test_while_calls_are_many_a_caller_without_attestation_keys_a_number(
    place: Place, line: Line, signed: str | None
) -> None:
    """The number comes before the time is held; keyed back, it is not asked again in that call."""
    await book(await place("+14255550123", A))
    caller = await place(PATIENT, signed)
    await caller.presses("1").hears(ASKED)
    async with line.pool.connection() as conn:
        rows = await conn.execute("SELECT count(*) FROM booking WHERE state = 'held'")
        assert await rows.fetchone() == (0,)
    await caller.presses(digits(caller)).hears("To book it").presses("2").hears("In Pacific time")
    await caller.presses("2").hears("To book it").presses("1").hears("You are booked")


@pytest.mark.parametrize("changes", [BUSY])
async def test_an_attested_caller_keys_none_until_the_day_is_full(place: Place, line: Line) -> None:
    """From the day's last visit on everybody keys a number, and staff are told once."""
    for number in ("+14255550123", PATIENT):
        await book(await place(number, A))
    for number in ("+14255550125", "+14255550126"):
        caller = await place(number, A)
        await caller.presses("1").hears(ASKED)
        await book_with(caller)
    waiting = await requests(line.clinic)
    assert waiting.count("limit reached (visits booked in a day): no call needed, look for robots")


async def book_with(caller: Caller) -> None:
    """Key the spoken number and book."""
    await caller.presses(digits(caller)).hears("To book it").presses("1").hears("You are booked")


@pytest.mark.parametrize("changes", [BUSY])
async def test_three_wrong_numbers_lead_to_a_call_back(place: Place, line: Line) -> None:
    """Each try is counted, so a robot has three of eighty-one; nothing is held meanwhile."""
    await book(await place("+14255550123", A))
    caller = await place(PATIENT)
    await caller.presses("1").hears(ASKED)
    wrong = "11" if digits(caller) != "11" else "22"
    for _ in range(2):
        await caller.presses(wrong).hears("That was another number.").hears(ASKED)
    await caller.presses(wrong).hears("I can not hold a time without that number")
    await caller.hears("Our staff will call you at the number ending in 0 1 2 4")
    assert "did not key the spoken number back" in await requests(line.clinic)
    assert caller.keys.endswith(wrong * 3)


@pytest.mark.parametrize("changes", [BUSY])
async def test_the_number_is_spoken_in_spanish_and_again(place: Place) -> None:
    """Star repeats the same number, 9 changes the language, and a missed key loses nothing."""
    await book(await place("+14255550123", A))
    caller = await place(PATIENT)
    await caller.presses("1").hears(ASKED)
    first = digits(caller)
    await caller.presses("9").stays_silent().hears("Hay muchas llamadas. Para continuar, marque")
    assert digits(caller) == first
    await caller.presses("*").stays_silent().hears("Hay muchas llamadas. Para continuar, marque")
    assert digits(caller) == first
    await caller.presses(first).hears("Para reservarla")


@pytest.mark.parametrize("changes", [BUSY])
async def test_a_repeated_webhook_speaks_the_same_number(place: Place, line: Line) -> None:
    """The number is in the journal, and the first one stays."""
    await book(await place("+14255550123", A))
    caller = await place(PATIENT)
    await caller.presses("1").hears(ASKED)
    async with line.pool.connection() as conn:
        found = await conn.execute("SELECT call_sid, value FROM journal WHERE name = 'hold'")
        [(sid, value)] = [row for row in await found.fetchall() if "key back" in row[1]]
        rows = await journal.keep(conn, sid, {}, "hold", '{"digits":"99","kind":"key back"}')
    assert rows["hold"] == value
    assert digits(caller) in value


@pytest.mark.parametrize("changes", [{**BUSY, "limit_wrong_numbers": 1}])
async def test_after_many_wrong_numbers_the_number_has_four_digits(place: Place) -> None:
    """A robot that guesses in many calls soon has three tries of 6,561; each call is counted."""
    await book(await place("+14255550123", A))
    guessing = await place(PATIENT)
    await guessing.presses("1").hears(ASKED)
    assert len(digits(guessing)) == 2
    patient = await place("+14255550125")
    await patient.presses("1").hears(ASKED)
    assert len(digits(patient)) == 4
    await book_with(patient)
    await guessing.presses(digits(guessing)).hears("that time was just taken")
    third = await place("+14255550126")
    await third.presses("1").hears(ASKED)
    assert len(digits(third)) == 2


@pytest.mark.parametrize("changes", [{"limit_calls_per_hour": 2}])
async def test_a_number_that_calls_often_keys_a_number_back(place: Place) -> None:
    """From more than half of an hour's calls on, attested or not, also while the line is quiet."""
    await (await place(PATIENT, A)).presses("1").hears("To book it")
    await (await place(PATIENT, A)).presses("1").hears(ASKED)
    await (await place("+14255550125")).presses("1").hears("To book it")


@pytest.mark.parametrize("changes", [BUSY])
async def test_a_withheld_caller_keys_a_number_back_after_the_safety_questions(
    place: Place,
) -> None:
    """What to do in an emergency and the safety questions come first, whoever calls."""
    await book(await place("+14255550123", A))
    caller = await place("")
    await caller.presses("4255550124#").presses("1").hears("In Pacific time").presses("1")
    await caller.hears(ASKED)
    said = [segment.words for _, segment in caller.segments]
    last_question = max(at for at, words in enumerate(said) if "No to all" in words)
    assert not any(ASKED in words for words in said[:last_question])
    assert caller.keys.startswith("1" + "2" * len(BEFORE_BOOKING))
    await book_with(caller)


async def test_calls_at_once_from_one_number_hold_one_time(place: Place, line: Line) -> None:
    """All were offered times before any of them held one; the third hears of other times."""
    callers = [await place(PATIENT, A) for _ in range(3)]
    for key, caller in zip("121", callers, strict=True):
        await caller.presses(key).hears("To book it")
    async with line.pool.connection() as conn:
        rows = await conn.execute("SELECT count(*) FROM booking WHERE state = 'held'")
        assert await rows.fetchone() == (1,)


async def test_one_number_keyed_by_two_withheld_callers_has_two_visits(
    place: Place, line: Line
) -> None:
    """A number has its limit whoever keys it, also when all were offered times before."""
    callers = [await place("") for _ in range(3)]
    for caller in callers:
        await caller.presses("4255550124#").presses("1").hears("In Pacific time")
    for key, caller in zip("121", callers, strict=True):
        await caller.presses(key).hears("To book it").presses("1")
    async with line.pool.connection() as conn:
        rows = await conn.execute("SELECT count(*) FROM booking WHERE confirmed_at IS NOT NULL")
        assert await rows.fetchone() == (2,)
    await callers[2].hears("because I have reached a limit")
