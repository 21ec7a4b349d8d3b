"""Limits keep robots from the openings; a patient over one gets a call-back, and staff are told."""

from collections.abc import Awaitable, Callable

import pytest
from support.caller import Caller
from support.clinic import SetClock, at, requests
from support.returning import VOUCHED
from support.text_clinic import settings_at

from voice import recent_offers
from voice.bootstrap import Line
from voice.limits import limits_of
from voice.settings import Settings
from voice.simulator.handset import Kind

Place = Callable[..., Awaitable[Caller]]
ROBOT = "+14255550123"
REFUSED = "because I have reached a limit"


async def test_a_number_has_two_coming_visits_and_then_a_call_back(
    place: Place, line: Line
) -> None:
    """The third caller from a number is told in one sentence, and staff are told of it once."""
    for _ in range(2):
        caller = await place(ROBOT)
        await caller.presses("1").presses("1").hears("You are booked")
    for _ in range(2):
        caller = await place(ROBOT)
        await caller.hears(REFUSED).hears("Our staff will call you")
        assert "Which foot" not in " ".join(caller.heard)
    waiting = await requests(line.clinic)
    assert waiting.count("limit reached (coming visits): no call needed, look for robots") == 1
    await (await place("+14255550124")).hears("In Pacific time")


async def test_whom_the_carrier_vouches_for_hears_that_it_is_the_number(
    place: Place, line: Line
) -> None:
    """After the safety questions and before any other, since no answer would lead to a visit."""
    for _ in range(2):
        await (await place(ROBOT)).presses("1").presses("1").hears("You are booked")
    caller = await place(ROBOT, VOUCHED)
    await caller.hears("This number can not have one more visit").hears("Our staff will call you")
    assert "Which foot" not in " ".join(caller.heard)
    assert len(await requests(line.clinic)) == 2


async def test_a_withheld_number_is_counted_when_it_is_keyed(place: Place, line: Line) -> None:
    """Then it is over the limit as well, and staff are told."""
    for _ in range(2):
        await (await place(ROBOT)).presses("1").presses("1").hears("You are booked")
    caller = await place("+266696687")
    await caller.presses("4255550123#").presses("1").hears(REFUSED)
    assert len(await requests(line.clinic)) == 2


@pytest.mark.parametrize("changes", [{"limit_calls_per_hour": 2}])
async def test_calls_of_one_number_within_an_hour_are_bounded(
    place: Place, line: Line, changes: dict[str, object]
) -> None:
    """Calls over an hour old and calls of other numbers do not count."""
    assert changes
    async with line.pool.connection() as conn:
        await conn.execute(
            "INSERT INTO call (sid, caller, began_at)"
            " VALUES ('CAold', %s, now() - interval '61 minutes')",
            [ROBOT],
        )
    for _ in range(2):
        await (await place(ROBOT)).hears("In Pacific time")
    await (await place(ROBOT)).hears(REFUSED)
    await (await place("+14255550124")).hears("In Pacific time")


@pytest.mark.parametrize("changes", [{"limit_calls_per_hour": 1}])
async def test_a_call_over_a_limit_keeps_no_times_from_others(
    place: Place, line: Line, changes: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It hears none; otherwise a robot's calls would let patients hear later ones."""
    assert changes
    monkeypatch.setattr(recent_offers, "AT_ONCE", 1)
    await (await place(ROBOT)).hears("In Pacific time")
    heard = line.recent_offers.taken_up(but_for="")
    await (await place(ROBOT)).hears(REFUSED)
    assert line.recent_offers.taken_up(but_for="") == heard != frozenset()


async def test_a_number_holds_one_time_that_of_its_newest_call(place: Place, line: Line) -> None:
    """A patient whose call was cut off is not refused because of that call's hold."""
    for _ in range(3):
        await (await place(ROBOT)).presses("1").hears("To book it")
    async with line.pool.connection() as conn:
        rows = await conn.execute("SELECT count(*) FROM booking WHERE state = 'held'")
        assert await rows.fetchone() == (1,)


@pytest.mark.parametrize("changes", [{"limit_held_percent": 1, "horizon_days": 2}])
async def test_unconfirmed_calls_hold_a_share_of_what_is_open(
    place: Place, changes: dict[str, object]
) -> None:
    """The share applies whatever numbers the calls come from, or none."""
    assert changes
    await (await place(ROBOT)).presses("1").hears("To book it")
    for number in ("+14255550124", "+14255550125"):
        await (await place(number)).hears(REFUSED)


async def test_one_call_rings_the_staff_phone_twice(place: Place, now: SetClock) -> None:
    """After two attempts the caller gets a call-back, so staff are not called nineteen times."""
    now.at = at("2026-11-30 10:00")
    caller = await place(ROBOT)
    for _ in range(3):
        await caller.presses("0").hears("To go on without a person").presses("2")
    rung = [each for _, each in caller.segments if each.kind is Kind.RINGING]
    assert len(rung) == 2


def test_a_demo_and_a_load_test_have_no_limits() -> None:
    """One person may call a demo repeatedly; `check` and `serve` report LIMITS=off."""
    assert limits_of(Settings.load("demo")) is None
    assert limits_of(settings_at("", limits="off")) is None
    assert limits_of(settings_at("")) is not None
