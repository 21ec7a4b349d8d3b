"""Logs are JSON, one object per line, and never contain a phone number or a database row."""

import asyncio
import json
import logging
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Literal

import psycopg
import pytest
import structlog
from psycopg_pool import AsyncConnectionPool

from voice.errors import SettingsError
from voice.logs import masked, write_logs


@pytest.mark.parametrize(
    "number",
    [
        "+14255550123",
        "4255550123",
        "425-555-0123",
        "(425) 555-0123",
        "%2B14255550123",
        "+525512345678",
    ],
)
def test_a_number_is_masked_however_it_is_written(number: str) -> None:
    """The last two digits stay, so that two callers can be told apart."""
    said = masked(f"From={number}&x")
    assert "555" not in said
    assert "12345" not in said
    assert said.endswith(f"··{number[-2:]}&x")


@pytest.mark.parametrize(
    "other", ["CA12345678901234567890123456789012", "0.123456", "2026-12-01", "48213"]
)
def test_what_is_no_number_stays(other: str) -> None:
    """A call id stays in full, as logs are searched by it."""
    assert masked(other) == other


def test_every_log_is_json_and_masked(capsys: pytest.CaptureFixture[str]) -> None:
    """Our own logs and those of libraries are JSON and masked, including exceptions."""
    write_logs("json")
    structlog.get_logger("ours").warning("refused", caller="+14255550123")
    try:
        int("+14255550199 x")
    except ValueError:
        logging.getLogger("theirs").exception("call from %s", "+14255550123")
    out = capsys.readouterr().out
    assert "55501" not in out
    ours, theirs = (json.loads(line) for line in out.splitlines())
    assert (ours["event"], ours["caller"], ours["level"]) == ("refused", "··23", "warning")
    assert theirs["event"] == "call from ··23"
    assert "ValueError" in theirs["exception"]


def test_a_line_that_cannot_be_written_ends_no_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as on a full disk; only the line is lost."""
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        monkeypatch.setattr(sys, "stdout", full)
        write_logs("json")
        structlog.get_logger("ours").info("turn")
        monkeypatch.undo()
        with pytest.raises(OSError, match="No space left"):
            full.flush()
        with suppress(OSError):
            full.close()


@pytest.mark.parametrize("style", ["json", "plain"])
def test_the_message_of_an_unexpected_error_is_not_logged(
    capsys: pytest.CaptureFixture[str], style: Literal["json", "plain"]
) -> None:
    """It may quote an answer; type, file, line and function of each error are enough."""
    write_logs(style)
    step = "advice." + "chest"
    try:
        try:
            _fail_with(step)
        except KeyError as error:
            error.add_note(step)
            raise ExceptionGroup(step, [error, ValueError(step)])  # noqa: B904  # its context is wanted
    except ExceptionGroup:
        structlog.get_logger("ours").exception("failed")
    seen = capsys.readouterr()
    said = seen.out + seen.err
    assert "advice.chest" not in said
    assert all(kind in said for kind in ("KeyError", "ExceptionGroup", "ValueError"))
    assert "_fail_with" in said
    assert "test_logs.py" in said


def test_what_an_operator_needs_of_an_error_is_logged(capsys: pytest.CaptureFixture[str]) -> None:
    """Messages that hold no answers stay: those of the system, and those meant for a person."""
    write_logs("json")
    for error in (FileNotFoundError(2, "No such file", "/etc/x"), SettingsError("Set X.")):
        structlog.get_logger("ours").error("failed", exc_info=error)
    seen = capsys.readouterr().out
    assert "No such file" in seen
    assert "Set X." in seen


async def test_asyncio_does_not_quote_a_task_that_failed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Its message holds the representation of the error that nobody handled."""
    write_logs("json")
    asyncio.get_running_loop().call_exception_handler(
        {"message": "Task exception was never retrieved", "exception": KeyError("advice.chest")}
    )
    seen = capsys.readouterr().out
    assert "Task exception was never retrieved" in seen
    assert "KeyError" in seen
    assert "advice.chest" not in seen


def test_an_error_that_ends_the_process_is_logged_in_the_same_way() -> None:
    """Python itself would print the message."""
    code = (
        "from voice.logs import write_logs; write_logs('json'); raise KeyError('advice.' + 'chest')"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert "KeyError" in json.loads(ended.stdout)["exception"]
    assert "advice.chest" not in ended.stdout + ended.stderr
    assert ended.returncode == 1


def _fail_with(key: str) -> None:
    raise KeyError(key)


def test_a_person_at_a_terminal_sees_warnings_only(capsys: pytest.CaptureFixture[str]) -> None:
    """A terminal shows only warnings, as plain text on standard error."""
    write_logs("plain")
    structlog.get_logger("ours").info("quiet")
    structlog.get_logger("ours").warning("loud")
    seen = capsys.readouterr()
    assert seen.out == ""
    assert "loud" in seen.err
    assert "quiet" not in seen.err


@pytest.mark.parametrize("style", ["json", "plain"])
async def test_a_database_error_is_logged_without_the_row(
    capsys: pytest.CaptureFixture[str],
    database: AsyncConnectionPool,
    style: Literal["json", "plain"],
) -> None:
    """However a database error is raised, the failing row that PostgreSQL quotes is not logged."""
    write_logs(style)
    row = "INSERT INTO booking (call_sid, step, during, state, expires_at, patient_name)"
    bad = (
        f"{row} VALUES ('CA1', 'h', 'empty', 'held', now(), E'Ana\\nSecret')",
        "SELECT 'Ana Secret'::timestamptz",
        "DO $$ BEGIN RAISE EXCEPTION 'refused' USING DETAIL = 'Ana Secret'; END $$",
    )
    for statement in bad:
        try:
            await _raise_in_a_group(database, statement)
        except* psycopg.Error:
            structlog.get_logger("ours").exception("failed")
        try:
            async with database.connection() as conn:
                await conn.execute(statement.encode())
        except psycopg.Error as error:
            failed = RuntimeError("while storing")
            failed.__cause__ = error
            logging.getLogger("theirs").exception("failed too", exc_info=failed)
    seen = capsys.readouterr()
    said = seen.out + seen.err
    assert said.count("Traceback") >= 6
    assert "booking_during_check" in said
    assert "RuntimeError" in said
    assert "Secret" not in said
    assert "Failing row" not in said


async def _raise_in_a_group(database: AsyncConnectionPool, statement: str) -> None:
    async def run() -> None:
        async with database.connection() as conn:
            await conn.execute(statement.encode())

    async with asyncio.TaskGroup() as group:
        group.create_task(run())
