"""Logs are JSON, one object per line, and never contain a phone number or a database row."""

import asyncio
import json
import logging
from typing import Literal

import psycopg
import pytest
import structlog
from psycopg_pool import AsyncConnectionPool

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
    assert "while storing" in said
    assert "Secret" not in said
    assert "Failing row" not in said


async def _raise_in_a_group(database: AsyncConnectionPool, statement: str) -> None:
    async def run() -> None:
        async with database.connection() as conn:
            await conn.execute(statement.encode())

    async with asyncio.TaskGroup() as group:
        group.create_task(run())
