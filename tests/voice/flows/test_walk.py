"""Whatever keys are pressed, every call ends and no key gets past a safety question."""

import random
from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest
from support.pure_call import CALLER, PHONES, PureCall, Replays
from support.walk import Stop, answers, every_place, worlds

from voice.dialogue import speech, twiml
from voice.dialogue.effects import Book, FindOffers, Hold
from voice.dialogue.turns import Connected, Goodbye, Listening, Turn
from voice.flows.clinical_wording import BEFORE_BOOKING

SAFETY = [f"safety.{question.name}" for question in BEFORE_BOOKING]
ALLOWED = {"Response", "Say", "Gather", "Redirect", "Pause", "Dial", "Number", "Hangup"}
SSML = {"break", "prosody"}


@pytest.fixture(scope="module")
def replays() -> Replays:
    """What the walks of all scenarios share."""
    return {}


@pytest.fixture(scope="module", params=range(len([*worlds()])), ids="world{}".format)
def stops(request: pytest.FixtureRequest, replays: Replays) -> list[Stop]:
    """Every place in one scenario, for callers with a known and with a withheld number."""
    good, *otherwise = worlds()
    if not request.param:
        withheld = every_place(good, "", without="79*", replays=replays)
        return [*every_place(good, CALLER, replays=replays), *withheld]
    other = otherwise[request.param - 1]
    return [*every_place(other, CALLER, without="79*#56", replays=replays)]


def test_every_document_is_twiml_that_twilio_takes(stops: list[Stop]) -> None:
    """Each has one root, known verbs, an action for every Gather, and nothing unreachable."""
    for here in {stop.here for stop in stops}:
        root = ET.fromstring(twiml.document(here, PHONES))  # noqa: S314  # our own
        assert root.tag == "Response"
        assert {element.tag for element in root.iter()} <= ALLOWED | SSML
        *before, last = list(root)
        assert last.tag in {"Gather", "Redirect", "Dial", "Hangup"}
        assert all(verb.tag in {"Say", "Pause"} for verb in before)
        for gather in root.iter("Gather"):
            assert gather.get("action", "").startswith("/voice/turn?at=")
            assert gather.get("input") == "dtmf"
            assert gather.get("actionOnEmptyResult") == "true"
            assert int(gather.get("timeout", "0")) >= 1
        for say in root.iter("Say"):
            assert len("".join(say.itertext())) < 3000
            assert say.get("voice", "").startswith("Polly.")


def test_no_time_is_offered_without_a_stored_no_to_every_question(stops: list[Stop]) -> None:
    """Offers, holds and bookings occur only after a stored no to every question."""
    for stop in stops:
        beyond_safety = [
            name for name in stop.journal if name.startswith(("times", "hold", "book"))
        ]
        if beyond_safety:
            for step in SAFETY:
                asked = {k: v for k, v in stop.journal.items() if k.startswith(step)}
                assert "2" in asked.values(), (beyond_safety, stop.journal)
                assert "1" not in asked.values()
                assert "3" not in asked.values()


def test_no_answer_rides_in_an_address(stops: list[Stop]) -> None:
    """The URL has only step, attempt and language."""
    for here in {stop.here for stop in stops}:
        if isinstance(here, Turn):
            address = (
                f'action="/voice/turn?at={here.step}&amp;turn={here.number}&amp;in={here.language}"'
            )
            document = twiml.document(here, PHONES)
            assert address in document or address[8:-1] in document


def test_booked_is_said_only_of_a_booking_in_the_calendar(stops: list[Stop]) -> None:
    """Whenever the line says booked, the booking is in the calendar."""
    for stop in stops:
        words = " ".join(said.words for said in getattr(stop.here, "spoken", ()))
        if "You are booked" in words or "Su cita está confirmada" in words:
            assert any('"booked"' in v for k, v in stop.journal.items() if k.startswith("placed"))


How = Callable[[Turn, random.Random], str]


def always(keyed: str) -> How:
    """A caller who always presses one key, or "" for silence."""
    return lambda _, __: keyed


def anything(turn: Turn, dice: random.Random) -> str:
    """A caller who presses random keys."""
    return dice.choice(answers(turn))


CALLERS = [
    pytest.param(always(""), id="silent"),
    *(pytest.param(always(key), id=f"always {key}") for key in "0123456789*#"),
    *(pytest.param(anything, id=f"random {seed}") for seed in range(3)),
]


def finished(call: PureCall, how: How, dice: random.Random) -> tuple[int, float]:
    """Run a call to its end; returns the number of turns and the seconds."""
    turns, seconds = 0, 0.0
    while isinstance(here := call.here, Turn):
        turns += 1
        assert turns < 200, f"This call does not end: {call.journal}"
        keyed = how(here, dice)
        if keyed not in answers(here):
            keyed = answers(here)[-1]
        again = PureCall(dict(call.world), dict(call.journal))
        call.keys(keyed)
        again.keys(keyed)
        assert again.here == call.here, "The same webhook twice gave two answers."
        whole = sum(speech.seconds(said.words) for said in here.spoken)
        wait = here.wait if isinstance(here, Listening) else 0
        seconds += whole + wait if not keyed else 0.5
    return turns, seconds


@pytest.mark.parametrize("how", CALLERS)
def test_every_kind_of_caller_comes_to_an_end(how: How, request: pytest.FixtureRequest) -> None:
    """No call loops forever, and a silent one ends within ten minutes."""
    dice = random.Random(request.node.name)  # noqa: S311  # a fixed seed, no secret
    for world in [*worlds()][::3]:
        for caller in (CALLER, ""):
            call = PureCall(dict(world), {"caller": caller})
            _, seconds = finished(call, how, dice)
            assert seconds < 600


def test_a_thousand_random_callers_end_and_hear_one_story() -> None:
    """Every random call ends, repeated webhooks change nothing, and safety holds."""
    dice = random.Random(7)  # noqa: S311  # a fixed seed, no secret
    for _ in range(1000):
        call = PureCall(dict(dice.choice(list(worlds()))), {"caller": dice.choice((CALLER, ""))})
        finished(call, anything, dice)
        if any(isinstance(effect, FindOffers | Hold | Book) for effect in call.effects):
            for step in SAFETY:
                assert any(k.startswith(step) and v == "2" for k, v in call.journal.items())
        assert isinstance(call.here, Goodbye | Connected)
