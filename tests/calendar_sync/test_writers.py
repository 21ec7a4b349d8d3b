"""Each table is written by one module, so that its rules are in one place."""

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
WRITERS = {
    "booking": "calendar_sync/bookings/booking_writes.py",
    "busy_times": "calendar_sync/bookings/free_times.py",
    "calendar_channel": "calendar_sync/sync/watch_channels.py",
    "calendar_cursor": "calendar_sync/sync/change_cursor.py",
    "call_back": "calendar_sync/bookings/call_backs.py",
    "consent": "calendar_sync/bookings/consent.py",
    "effect": "calendar_sync/bookings/confirmation.py",
    "invitation": "calendar_sync/bookings/invitations.py",
    "local_event": "calendar_sync/calendars/local.py",
    "staff_change": "calendar_sync/sync/seen_versions.py",
    "telling": "calendar_sync/bookings/notices.py",
    "waiting_list": "calendar_sync/waiting/entries.py",
    "waiting_offer": "calendar_sync/waiting/offers.py",
}
DELETION = "calendar_sync/bookings/deletion.py"
"""Deletes rows of several tables, in the order of their foreign keys."""
_WRITES = re.compile(r"\b(?:INSERT INTO|UPDATE|DELETE FROM)\s+([a-z_]+)")


def written(path: Path) -> set[str]:
    """The tables that the SQL strings of a file write to."""
    strings = [
        node.value
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return {table for string in strings for table in _WRITES.findall(string)}


@cache
def writers() -> dict[str, set[str]]:
    """The files that write to each table."""
    found: dict[str, set[str]] = defaultdict(set)
    for package in ("calendar_sync", "voice"):
        for path in (ROOT / package).rglob("*.py"):
            if "migrations" not in path.parts:
                for table in written(path):
                    found[table].add(str(path.relative_to(ROOT)))
    return found


@pytest.mark.parametrize("table", sorted(WRITERS))
def test_a_table_has_one_writer(table: str) -> None:
    """Other modules call the table's writer, or the one that deletes."""
    assert writers()[table] - {DELETION} == {WRITERS[table]}


def test_the_module_that_deletes_changes_nothing_else() -> None:
    """It has no other statement that writes."""
    assert not re.search(r"INSERT INTO|UPDATE [a-z]", (ROOT / DELETION).read_text("utf-8"))


def test_every_table_that_the_calendar_writes_has_a_writer_named_here() -> None:
    """A new table must be added to the list above."""
    own = {
        table
        for table, files in writers().items()
        if not table.startswith("procrastinate_")
        and any(file.startswith("calendar_sync/") for file in files)
    }
    assert own == set(WRITERS)
