"""`screening-line migrate` updates the tables before the first new process starts."""

from collections.abc import Generator

import pytest
from pydantic import SecretStr
from support.own_database import own_database

from voice.commands.migrate import migrate
from voice.database.connection import migrated_to
from voice.database.migrations import newest
from voice.settings import Settings


@pytest.fixture
def empty(server: tuple[str, str]) -> Generator[str]:
    """The dsn of a database without tables."""
    with own_database(server, "_migrate") as dsn:
        yield dsn


async def test_the_tables_are_made_and_a_second_time_stay(empty: str) -> None:
    """It prints the version and starts nothing."""
    settings = Settings.model_construct(database_url=SecretStr(empty))
    for _ in range(2):
        assert await migrate(settings) == f"The database's tables are at version {newest()}."
        assert migrated_to(empty) == newest()
