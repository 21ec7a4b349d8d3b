"""Calls are answered as the ROUTING setting says, or as staff switched."""

import re
from collections.abc import Awaitable, Callable

import pytest
from support.caller import Caller
from support.clinic import SetClock
from support.patients import Calls

from calendar_sync.bookings import call_backs
from voice import routing
from voice.bootstrap import Line
from voice.flows.clinical_wording import BEFORE_BOOKING, Stop
from voice.setting_types import Routing
from voice.simulator.handset import Kind, Staff
from voice.simulator.player import Ended

AT = next(
    at
    for at, question in enumerate(BEFORE_BOOKING)
    if isinstance(question.then, Stop) and question.then.advice.to_staff
)
AFTER_A_STOP = "1" + "2" * AT + "10"
"""The keys of a caller who is stopped at a safety question, and then asks for a person."""
Switch = Callable[[Routing], Awaitable[None]]


@pytest.fixture
def switch(line: Line, now: SetClock) -> Switch:
    """Switch the routing, from another process as it were."""

    async def to(name: Routing) -> None:
        async with line.pool.connection() as conn:
            await routing.switch(conn, routing.Switched(name, now(), None))

    return to


def rung(caller: Caller) -> list[float]:
    """The seconds for which each ring could last, by the documents."""
    dials = [re.search(r'<Dial[^>]*timeout="(\d+)"', each.body) for each in caller.documents]
    return [float(found[1]) for found in dials if found]


def said(caller: Caller) -> str:
    """Everything that was spoken in the call."""
    return " ".join(each.words for _, each in caller.segments if each.kind is Kind.SPEECH)


async def test_by_default_the_line_answers(calls: Calls) -> None:
    """Nobody's phone rings before a caller asks for a person."""
    caller = await calls(staff=Staff.ANSWERS)
    await caller.hears("For a free video screening, press 1.")
    assert not rung(caller)


@pytest.mark.parametrize("hours", [0, 2])
async def test_staff_first_rings_staff_at_any_hour(
    calls: Calls, switch: Switch, now: SetClock, hours: int
) -> None:
    """What to do in an emergency comes before the ring; then staff have the call."""
    now.forward(hours=hours)
    await switch("staff-first")
    caller = await calls(staff=Staff.ANSWERS)
    await caller.hears("If this is an emergency, hang up and call 9 1 1").hears_everything()
    assert caller.over is Ended.LINE_HUNG_UP
    assert Kind.TALK in {segment.kind for _, segment in caller.segments}
    assert rung(caller) == [15]
    assert "Si es una emergencia, cuelgue y llame al 9 1 1" in said(caller)


@pytest.mark.parametrize("staff", [each for each in Staff if each is not Staff.ANSWERS])
async def test_after_staff_the_line_answers(calls: Calls, switch: Switch, staff: Staff) -> None:
    """A voicemail box, a busy phone and an unanswered one lead to the greeting."""
    await switch("staff-first")
    caller = await calls(staff=staff)
    await caller.hears("no one can answer right now").hears("For a free video screening, press 1.")
    assert rung(caller) == [15]
    await caller.presses("1").hears("safety questions")


async def test_after_hours_rings_staff_while_the_clinic_is_open(
    calls: Calls, switch: Switch, now: SetClock
) -> None:
    """At eight the line answers at once; at ten staff's phone rings first."""
    await switch("after-hours")
    early = await calls()
    await early.hears("For a free video screening, press 1.")
    assert not rung(early)
    now.forward(hours=2)
    late = await calls("+14255550124", staff=Staff.ANSWERS)
    await late.hears_everything()
    assert late.over is Ended.LINE_HUNG_UP
    assert rung(late) == [20]


async def test_paused_takes_call_backs_only(calls: Calls, switch: Switch, line: Line) -> None:
    """The message is in both languages, after what to do in an emergency; 1 asks for a call."""
    await switch("paused")
    caller = await calls()
    await caller.hears("call 9 1 1").hears("We can not book visits on this line right now.")
    await caller.hears("Por ahora no podemos dar citas por esta línea.").presses("1")
    await caller.hears("Our staff will call you")
    async with line.pool.connection() as conn:
        [asked] = await call_backs.open_requests(conn)
    assert (asked.number, asked.reason) == ("+14255550123", "asked for a person")


@pytest.mark.parametrize("key", ["1", "0"])
async def test_a_pause_in_spanish_rings_nobody(
    calls: Calls, switch: Switch, now: SetClock, key: str
) -> None:
    """Key 9 goes on in Spanish; 0 is a call-back too, whoever could answer."""
    now.forward(hours=2)
    await switch("paused")
    caller = await calls(staff=Staff.ANSWERS)
    await caller.presses("9").hears("Para que nuestro personal le llame, oprima 1.").presses(key)
    await caller.hears("Le llamaremos al número que termina en")
    assert not rung(caller)


async def test_a_call_keeps_its_routing_and_a_pause_stops_the_rings(
    calls: Calls, switch: Switch, now: SetClock
) -> None:
    """A switch during a call does not throw the caller back; staff who paused are not rung."""
    now.forward(hours=2)
    caller = await calls(staff=Staff.ANSWERS)
    await caller.presses("1").hears("safety questions")
    await switch("paused")
    await caller.hears("press 2").presses("2").presses("0").hears("no one can answer right now")
    assert not rung(caller)


async def test_a_switch_that_is_over_leaves_the_setting(calls: Calls, line: Line) -> None:
    """After its end, the next call is answered as the setting says."""
    async with line.pool.connection() as conn:
        over = routing.Switched("paused", line.now(), line.now())
        await routing.switch(conn, over)
        assert await routing.current(conn, "after-hours", line.now()) == "after-hours"
    caller = await calls()
    await caller.hears("For a free video screening, press 1.")


async def test_staff_are_rung_twice_in_a_call_at_most(calls: Calls, switch: Switch) -> None:
    """The first ring of the routing counts."""
    await switch("staff-first")
    caller = await calls(staff=Staff.BUSY)
    await caller.hears("For a free video screening").presses("0").hears("The clinic is closed now.")
    assert len(rung(caller)) == 1


async def test_two_rings_then_none(calls: Calls, switch: Switch, now: SetClock) -> None:
    """One by the routing and one by key 0; the next 0 leads to the call-back."""
    now.forward(hours=2)
    await switch("staff-first")
    caller = await calls(staff=Staff.BUSY)
    await caller.hears("For a free video screening")
    for _ in range(3):
        await caller.presses("0").hears("no one can answer right now").presses("2")
        await caller.hears("For a free video screening")
    assert len(rung(caller)) == 2


@pytest.mark.parametrize(
    ("keys", "heard"),
    [
        ("0", "asks for a person"),
        (["2", *["000000"] * 6], "has a visit already"),
        ("90", "The caller speaks Spanish"),
        (AFTER_A_STOP, "Urgent"),
    ],
)
async def test_staff_hear_language_and_reason_before_the_caller(
    calls: Calls, now: SetClock, keys: str | list[str], heard: str
) -> None:
    """And nothing of an answer; the ring shows the clinic's own number."""
    now.forward(hours=2)
    caller = await calls(staff=Staff.ANSWERS)
    for key in keys:
        await caller.presses(key)
    await caller.hears_everything()
    ring, whisper = (
        next(each.body for each in caller.documents if mark in each.body)
        for mark in ("<Dial", "To take the call, press 1")
    )
    assert 'callerId="+14252025687"' in ring
    assert heard in whisper
    assert not re.search("chest|heart|breath|911|9 1 1", whisper)
