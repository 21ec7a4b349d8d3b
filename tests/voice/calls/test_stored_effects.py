"""What an effect writes is stored together with its result in the call's journal, or not at all."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import LiteralString

import pytest
from psycopg.sql import SQL
from support.caller import Caller
from support.keypad import answers_safety, answers_triage

from voice.bootstrap import Line
from voice.calls import journal


@asynccontextmanager
async def _refused(line: Line, name: str) -> AsyncGenerator[None]:
    """The database stores no value of this name in a journal."""
    async with line.pool.connection() as conn:
        statement = SQL("ALTER TABLE journal ADD CONSTRAINT refused CHECK (name <> {}) NOT VALID")
        await conn.execute(statement.format(name))
    try:
        yield
    finally:
        async with line.pool.connection() as conn:
            await conn.execute("ALTER TABLE journal DROP CONSTRAINT refused")


@pytest.mark.parametrize(
    ("name", "before", "written"),
    [
        ("hold", "", "SELECT FROM booking"),
        ("book", "1", "SELECT FROM booking WHERE confirmed_at IS NOT NULL"),
    ],
)
async def test_an_effect_whose_result_can_not_be_stored_has_written_nothing(
    caller: Caller, line: Line, name: str, before: str, written: LiteralString
) -> None:
    """The database fails between the two: no hold and no booking that the call knows nothing of."""
    await caller.presses("1")
    await answers_safety(caller)
    await answers_triage(caller)
    for key in before:
        await caller.presses(key)
    async with _refused(line, name):
        await caller.presses("1").hears("Sorry, something went wrong")
    async with line.pool.connection() as conn:
        assert await (await conn.execute(written)).fetchall() == []


async def test_nothing_is_stored_for_a_call_that_was_deleted_meanwhile(line: Line) -> None:
    """Whoever asked to be forgotten in the middle of their call is."""
    async with line.pool.connection() as conn:
        assert await journal.keep(conn, "CA1", {"caller": ""}, "book", "{}") == {}
        stored = await conn.execute("SELECT FROM journal")
        assert stored.rowcount == 0
