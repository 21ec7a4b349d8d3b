"""Who may hear about a visit: whom the carrier vouches for, and who has the visit code."""

import re
from dataclasses import replace

import pytest
from support.caller import Caller
from support.clinic import SetClock, row, span
from support.patients import Calls
from support.returning import PATIENT, VOUCHED, booked_visit, code_of

from voice.app import create_app
from voice.bootstrap import Line
from voice.simulator.caller_id import CallerId
from voice.simulator.handset import Staff
from voice.simulator.transport import InProcess

ENTER = "Please enter the six digits of your visit code."
TUESDAY = "Your visit is on Tuesday, December 1st, at 9 AM, Pacific time."


async def test_a_vouched_caller_is_offered_the_visit_first(known: Caller) -> None:
    """After the emergency sentence, and with the keys of everybody's menu."""
    await known.hears("If this is an emergency, hang up and call 9 1 1.")
    await known.hears("For your booked visit, press 2. For a free video screening, press 1.")
    await known.presses("2").hears(TUESDAY)


async def test_in_spanish_too(known: Caller) -> None:
    """The visit is offered and told in Spanish."""
    await known.presses("9").hears("Para su cita reservada, oprima 2.")
    await known.presses("2")
    await known.hears("Su cita es el martes 1 de diciembre a las 9 de la mañana")


@pytest.mark.parametrize(
    "signed",
    [
        None,
        "",
        "NULL",
        "No-TN-Validation",
        "TN-Validation-Passed-B",
        "TN-Validation-Passed-C",
        "TN-Validation-Failed",
        "TN-Validation-Failed-A",
        "TN-Validation-Passed-A-Diverted",
        "TN-Validation-Passed-A-Passthrough",
        "TN-Validation-Passed-A ",
        "tn-validation-passed-a",
    ],
)
@pytest.mark.usefixtures("visit")
async def test_nothing_less_than_a_passed_a_is_enough(calls: Calls, signed: str | None) -> None:
    """The caller ID alone is never enough; the menu does not give the visit away."""
    caller: Caller = await calls(signed=signed)
    await caller.hears("For a free video screening, press 1. For a booked visit, press 2.")
    await caller.presses("2").hears(ENTER)


@pytest.mark.parametrize("through", ["+14255550150", "+14252025687", "+12065550199", "sip:desk"])
@pytest.mark.usefixtures("visit")
async def test_a_call_that_was_sent_on_is_not_vouched_for(line: Line, through: str) -> None:
    """Whatever phone sent it on, and whatever the carrier says of the number that it shows."""
    base, [token] = line.settings.public_base_url, line.settings.tokens
    way = InProcess(create_app(line), base, token)
    for forwarded, menu in (("", "For your booked visit"), (through, "For a free video screening")):
        form = dict(CallerId(PATIENT, VOUCHED).fields("ringing"))
        answer = await way(f"{base}/voice/incoming", [*form.items(), ("ForwardedFrom", forwarded)])
        menus = re.findall(r"For (?:your booked|a free)[a-z ]*", answer.body.decode())
        assert menus[0] == menu


@pytest.mark.parametrize("number", ["+14252025687", "+266696687", "+14255550199"])
@pytest.mark.usefixtures("visit")
async def test_another_number_is_asked_for_the_code(calls: Calls, number: str) -> None:
    """The clinic's own number is whatever a forwarded call shows; others have no visit."""
    caller: Caller = await calls(number, signed=VOUCHED)
    await caller.presses("2").hears(ENTER)


async def test_the_code_opens_its_visit_from_any_phone(
    calls: Calls, line: Line, visit: int
) -> None:
    """Its day and time are told, and nothing else of it."""
    caller: Caller = await calls("+266696687")
    await caller.presses("2").hears(ENTER).presses(await code_of(line, visit))
    await caller.hears(TUESDAY).hears_everything()
    heard = " ".join(caller.heard)
    assert "right" not in heard
    assert "0 1 2 3" not in heard


async def test_a_caller_with_several_visits_chooses_one(calls: Calls, line: Line) -> None:
    """They are told next first; another one can be opened by its code."""
    await booked_visit(line)
    await booked_visit(line, span("2026-12-02 10:00"), sid="CA2")
    other = await booked_visit(line, span("2026-12-03 10:00"), "+14255550177", sid="CA3")
    caller: Caller = await calls(signed=VOUCHED)
    await caller.presses("2").hears("Which visit? For Tuesday, December 1st, at 9 AM, press 1.")
    await caller.hears("For Wednesday, December 2nd, at 10 AM, press 2.")
    await caller.hears("For a different visit, press 5.")
    await caller.presses("2").hears("Your visit is on Wednesday, December 2nd, at 10 AM")
    await caller.presses("5").hears(ENTER).presses(await code_of(line, other))
    await caller.hears("Your visit is on Thursday, December 3rd, at 10 AM")


async def test_a_person_is_one_key_away(known: Caller) -> None:
    """0 works in the visit's menu as everywhere, and going on leads back there."""
    await known.presses("2").hears(TUESDAY).presses("0").hears("The clinic is closed now.")
    await known.presses("2").hears(TUESDAY)


async def test_staff_help_whoever_has_no_code(calls: Calls) -> None:
    """Three times no key at the code leads to staff."""
    caller: Caller = await calls(staff=Staff.ANSWERS)
    await caller.presses("2").hears(ENTER).stays_silent().stays_silent().stays_silent()
    await caller.hears("Let me get you a person.")


async def test_no_answer_changes_nothing(known: Caller, line: Line, visit: int) -> None:
    """A caller who falls silent in any of the menus keeps the visit."""
    before = await row(line.clinic, visit)
    await known.presses("2").hears(TUESDAY).presses("3").hears("To cancel your visit on Tuesday")
    await known.stays_silent().stays_silent().stays_silent().hears_everything()
    after = await row(line.clinic, visit)
    # The worker may still bring the text of its event up to date.
    assert replace(after, etag=before.etag, written=before.written) == before


async def test_a_visit_that_is_over_is_unknown(
    calls: Calls, line: Line, visit: int, now: SetClock
) -> None:
    """Its patient is a caller like any other, and its code opens nothing."""
    code = await code_of(line, visit)
    now.at = span("2026-12-01 09:20").start
    caller: Caller = await calls(PATIENT, signed=VOUCHED)
    await caller.hears("For a free video screening, press 1. For a booked visit, press 2.")
    await caller.presses("2").hears(ENTER).presses(code).hears("I do not find a visit")
