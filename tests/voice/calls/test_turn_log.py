"""Each voice request has a log line, and no log says who called or what they answered."""

import json
import sys
from collections import Counter
from io import StringIO
from typing import NoReturn

import pytest
from psycopg_pool import AsyncConnectionPool
from support.keypad import answers_safety, answers_triage
from support.patients import Calls

from voice.app import create_app
from voice.bootstrap import Line, line_on
from voice.dialogue.call import Call
from voice.flows.clinical_wording import AFTER_BOOKING, BEFORE_BOOKING
from voice.logs import write_logs
from voice.settings import Settings
from voice.simulator.caller_id import CallerId
from voice.simulator.handset import Staff
from voice.simulator.transport import InProcess

WORDS = (
    "safety", "advice", "stop", "flag", "yes", "not sure", "pain", "greeting", "offers", "consent",
)  # fmt: skip
"""Of steps, outcomes, and reasons for a call-back."""
TURN = {"event", "level", "logger", "timestamp", "request", "call", "language", "outcome", "ms"}


@pytest.fixture
def logs(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """What a live line logs."""
    out = StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    write_logs("json")
    return out


async def place_calls(calls: Calls) -> None:
    """One that books with a flag and takes texts at another number, and four that do not book."""
    booked = await calls("+14255550161")
    await booked.presses("1")
    await answers_safety(booked)
    await answers_triage(booked)
    await booked.presses("1").presses("1").hears("You are booked").stays_silent()
    await booked.hears("Have you had cancer?").presses("1").stays_silent()
    await booked.hears("text you about this visit").presses("1").hears("Thank you").hangs_up()

    stopped = await calls("+14255550172")
    await stopped.presses("9").presses("1").hears("Si todas son no").presses("1").hears("9 1 1")
    await stopped.hangs_up()

    unsure = await calls("+14255550183", Staff.ANSWERS)
    await unsure.presses("1").hears("No to all").presses("2").hears("No to all").presses("3")
    await unsure.hears_everything().hangs_up()

    person = await calls("+14255550194", Staff.NO_ANSWER)
    await person.presses("0").hears_everything().hangs_up()

    silent = await calls("+14255550195")
    await silent.stays_silent().hears_everything().hangs_up()


async def test_no_log_names_a_caller_or_an_answer(logs: StringIO, line: Line, calls: Calls) -> None:
    """Numbers, visit codes, steps, answers and endings of whole calls appear in no log line."""
    await place_calls(calls)
    logged = [json.loads(each) for each in logs.getvalue().splitlines()]
    turns = [each for each in logged if each["event"] == "turn"]
    assert len({each["call"] for each in turns}) == 5
    assert Counter(each["outcome"] for each in turns) == {"answered": len(turns)}
    assert {each["language"] for each in turns} == {"en", "es"}
    assert all(each.keys() == TURN and 0 < each["ms"] < 60_000 for each in turns)

    public = {"call", "timestamp", "ms"}
    said = str([{k: v for k, v in each.items() if k not in public} for each in logged]).casefold()
    async with line.pool.connection() as conn:
        journal = await conn.execute("SELECT name, value FROM journal")
        rows = [cell for row in await journal.fetchall() for cell in row]
        codes = await conn.execute("SELECT visit_code FROM booking WHERE state = 'booked'")
        [[code]] = await codes.fetchall()
    names = {question.name for question in (*BEFORE_BOOKING, *AFTER_BOOKING)}
    private = {*WORDS, *names, code, *(cell for cell in rows if len(cell) > 5)}
    assert len(private) > 40
    assert {each for each in private if each.casefold() in said} == set()
    assert "555" not in said


async def test_a_turn_that_fails_or_comes_twice_is_told_apart(logs: StringIO, line: Line) -> None:
    """The line says which, and so does the metric; after a stop the step stays untold."""
    away: AsyncConnectionPool = AsyncConnectionPool("host=/nowhere", open=False)
    for each in (line, line_on(Settings.load("demo"), away)):
        base, [token] = each.settings.public_base_url, each.settings.tokens
        post = InProcess(create_app(each), base, token)
        fields = CallerId("+14255550123").fields("in-progress")
        for path in (
            "/voice/incoming",
            "/voice/incoming",
            "/voice/turn?at=advice.chest.keys&turn=0",
        ):
            await post(base + path, fields)
    logged = logs.getvalue()
    turns = [each for each in map(json.loads, logged.splitlines()) if each["event"] == "turn"]
    assert [(each["request"], each["outcome"]) for each in turns] == [
        ("incoming", "answered"), ("incoming", "repeated"), ("turn", "answered"),
        ("incoming", "fallback"), ("incoming", "fallback"), ("turn", "fallback"),
    ]  # fmt: skip
    assert "a turn failed" in logged
    assert "advice.chest" not in logged


async def test_a_bug_in_a_step_is_found_without_what_the_caller_answered(
    logs: StringIO, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log names error, file, line and function, but no value and no way through the flow."""

    def fails(call: Call, *given: object) -> NoReturn:
        raise RuntimeError(given, vars(call))

    monkeypatch.setattr(Call, "goodbye", fails)
    unsure = await calls("+14255550123")
    await unsure.presses("1").hears("No to all").presses("1").hears("9 1 1").stays_silent()
    await unsure.hears_everything().hangs_up()
    [failed] = [
        each for each in map(json.loads, logs.getvalue().splitlines()) if "exception" in each
    ]
    assert failed["event"] == "a turn failed; the caller hears the fallback response"
    said = failed["exception"]
    assert said.endswith("builtins.RuntimeError")
    assert ", in fails\n" in said
    assert "flows/stop.py" in said
    for told in ("flows/safety.py", "advice.", "chest", "stopped at", "5550123"):
        assert told not in said
