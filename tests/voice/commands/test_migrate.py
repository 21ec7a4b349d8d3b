"""`screening-line migrate` updates the tables before the first new process starts."""

from collections.abc import Generator

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo
from pydantic import SecretStr

from voice.commands.migrate import migrate
from voice.database.connection import migrated_to
from voice.database.migrations import newest
from voice.settings import Settings


@pytest.fixture
def empty(server: tuple[str, str]) -> Generator[str]:
    """The dsn of a database without tables."""
    dsn, name = server
    own = sql.Identifier(f"{name}_migrate")
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute(sql.SQL("CREATE DATABASE {}").format(own))
        yield make_conninfo(dsn, dbname=f"{name}_migrate")
        conn.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(own))


async def test_the_tables_are_made_and_a_second_time_stay(empty: str) -> None:
    """It prints the version and starts nothing."""
    settings = Settings.model_construct(database_url=SecretStr(empty))
    for _ in range(2):
        assert await migrate(settings) == f"The database's tables are at version {newest()}."
        assert migrated_to(empty) == newest()
