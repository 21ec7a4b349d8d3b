"""After a stop, its advice is said last, whatever the caller or the clinic's phone does."""

from dataclasses import replace

import pytest
from support.caller import Caller
from support.patients import Calls
from support.pure_call import CALLER, CLINIC, GOOD_WORLD, PHONES, PureCall
from support.walk import KEYS, answers

from voice.bootstrap import Line
from voice.calls.fallback import failed_turn, fallback_response
from voice.dialogue import twiml
from voice.dialogue.effects import AskCallBack, SeeStaffPhone, StaffPhone
from voice.dialogue.turns import Connected, Goodbye, Listening, Ringing, Turn
from voice.flows.clinical_wording import BEFORE_BOOKING, SafetyQuestion, Stop
from voice.language import Language
from voice.simulator.handset import Staff

NAMES = [question.name for question in BEFORE_BOOKING]
PHONE = ("open", "closed", "no phone")
LANGUAGES: tuple[Language, ...] = ("en", "es")


def advice_of(name: str) -> Stop:
    """The outcome of a yes to the question."""
    [question] = [each for each in BEFORE_BOOKING if each.name == name]
    assert isinstance(question.then, Stop)
    return question.then


def stopped(
    name: str, phone: str = "closed", caller: str = CALLER, language: Language = "en"
) -> PureCall:
    """A call just after its stop at the question."""
    world = {**GOOD_WORLD, SeeStaffPhone: StaffPhone(phone)}  # type: ignore[arg-type]  # one of its states
    call = PureCall(world, {"caller": caller})
    before = ["9"] if language == "es" else []
    return call.presses(*before, "1", *["2"] * NAMES.index(name), "1")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_every_way_out_ends_with_the_advice(name: str, language: Language) -> None:
    """Three further keys and then silence end with the advice, with and without a number."""
    seen = set[tuple[str, object]]()
    waiting = [
        (stopped(name, phone, caller, language), 4) for phone in PHONE for caller in (CALLER, "")
    ]
    while waiting:
        call, depth = waiting.pop()
        here = call.here
        if isinstance(here, Goodbye):
            last = advice_of(name).advice.words
            said = [here.spoken[-1].words]
            assert said == [last.spoken_in(here.spoken[-1].language)], (call.journal, here)
            continue
        if isinstance(here, Connected):
            continue
        assert isinstance(here, Turn)
        assert here.step.startswith(f"advice.{name}."), here.step
        known = (here.step, here.spoken)
        if depth and known not in seen:
            seen.add(known)
            keys = answers(here)
        else:
            keys = ("not answered",) if isinstance(here, Ringing) else ("",)
        for keyed in keys:
            further = {**call.journal, f"{here.step}~{here.number}": keyed}
            waiting.append((PureCall(dict(call.world), further), max(depth - 1, 0)))


@pytest.mark.parametrize("name", NAMES)
def test_a_line_that_fails_after_a_stop_says_its_advice(name: str) -> None:
    """Each step after the advice names the question, so the fallback needs no lookup."""
    call = stopped(name, phone="open", caller="")
    for keyed in ("0", "not answered", "1", "4254440199", "2", ""):
        here = call.here
        if not isinstance(here, Turn):
            break
        failed = failed_turn(f"/voice/turn?at={here.step}&turn={here.number}&in=en", keyed)
        [said] = fallback_response(CLINIC, failed).spoken
        assert said.words.count(advice_of(name).advice.words.en) == 2
        call.keys(keyed)


@pytest.mark.parametrize("name", ["chest", "stroke"])
def test_no_key_leads_away_from_911(name: str) -> None:
    """Every key repeats the advice; there is no transfer and no other offer."""
    for phone in PHONE:
        for keyed in KEYS[1:]:
            call = stopped(name, phone)
            first = call.words
            call.keys(keyed)
            assert isinstance(call.here, Listening), keyed
            if keyed != "9":
                assert call.words.endswith(first)
            assert not any(isinstance(each, SeeStaffPhone) for each in call.effects)
            assert "staff" not in call.words
            assert "person" not in call.words


@pytest.mark.parametrize("name", NAMES)
def test_there_are_ten_seconds_to_press_after_an_advice(name: str) -> None:
    """A caller who asked for more time gets twenty seconds."""
    here = stopped(name).here
    assert isinstance(here, Listening)
    assert here.wait == 10
    call = PureCall().presses("7", "1", *["2"] * NAMES.index(name), "1")
    assert isinstance(call.here, Listening)
    assert (call.here.wait, call.here.slow) == (20, True)
    assert 'timeout="20"' in twiml.document(call.here, PHONES)


@pytest.mark.parametrize("question", BEFORE_BOOKING, ids=lambda question: question.name)
def test_a_call_is_offered_only_where_the_advice_says_so(question: SafetyQuestion) -> None:
    """Key 1 is offered only after a milder advice, and a promise only if it is stored."""
    advice = advice_of(question.name).advice
    call = stopped(question.name)
    assert ("To have our staff call you, press 1." in call.words) == advice.offers_call
    if not advice.offers_call:
        return
    call.presses("1")
    assert call.words.startswith("Our staff will call you at the number ending in 0 1 2 3.")
    assert "Do not wait for our call." in call.words
    asked = [each for each in call.effects if isinstance(each, AskCallBack)]
    assert asked[-1].number == CALLER


def test_a_number_is_asked_for_where_a_call_is_promised() -> None:
    """Pound skips the number, and then no call-back is promised."""
    call = stopped("skin", caller="").presses("1")
    assert "To skip this, press pound." in call.words
    keyed = replace(call, journal=dict(call.journal), effects=[]).presses("4254440199", "1")
    assert "ending in 0 1 9 9" in keyed.words
    assert [each.number for each in keyed.effects if isinstance(each, AskCallBack)] == [
        "+14254440199"
    ]
    call.presses("")
    assert call.words.startswith("I have no number to call, so our staff can not call you.")
    assert call.words.endswith(advice_of("skin").advice.words.en)


async def test_an_unanswered_transfer_ends_with_the_advice(calls: Calls, line: Line) -> None:
    """The transfer rings without an answer, and silence follows."""
    caller: Caller = await calls(staff=Staff.NO_ANSWER)
    await caller.presses("1").presses("2").presses("2").presses("1").hears("You need a doctor now.")
    await caller.presses("0").hears("To hear what to do again, press 2.").presses("1")
    await caller.hears("Do not wait for our call.").hears("You need a doctor now.")
    await caller.hears_everything()
    assert caller.heard[-1] == "Do not wait for a video screening."
    assert line.settings.staff_number
