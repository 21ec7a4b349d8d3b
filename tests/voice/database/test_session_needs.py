"""A pooler without real sessions is detected at startup."""

import psycopg
import pytest
from pydantic import SecretStr
from support.command_line import Run, live, run
from support.data_key import DATA_KEY
from support.pooler import pooled

from voice.bootstrap import open_line
from voice.database.session_needs import missing_session_needs, require_session
from voice.errors import DatabaseError
from voice.settings import Settings

__all__ = ["live", "run"]


def test_a_direct_connection_lacks_nothing(migrated: str) -> None:
    """A direct connection has all it needs, as has a session pooler that passes `options`."""
    assert missing_session_needs(migrated) == []
    with pooled(migrated, options=True, notices=True) as dsn:
        assert missing_session_needs(dsn) == []


@pytest.mark.parametrize("lost", ["timeouts", "notifications"])
def test_what_a_pooler_takes_away_is_named(migrated: str, lost: str) -> None:
    """The error names missing timeouts and job notifications."""
    with pooled(migrated, options=lost != "timeouts", notices=lost != "notifications") as dsn:
        assert [each.split()[0] for each in missing_session_needs(dsn)] == [lost]


async def test_a_line_behind_a_transaction_pooler_does_not_start(migrated: str) -> None:
    """A line behind a transaction pooler does not start, as every caller would hear an apology."""
    with pooled(migrated, options=False, notices=False) as dsn:
        own = {"database_url": SecretStr(dsn), "data_key": SecretStr(DATA_KEY)}
        settings = Settings().model_copy(update=own)
        with pytest.raises(DatabaseError, match="transaction mode"):
            async with open_line(settings):
                pass


def test_check_says_it_too(live: Run, migrated: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`check` reports it with what to write instead."""
    with pooled(migrated, options=False, notices=True) as dsn:
        monkeypatch.setenv("DATABASE_URL", dsn)
        code, said = live("check")
    assert code == 1
    assert "wrong  database: it is reached through a pooler" in said


def test_a_pooler_that_refuses_our_parameters_is_called_by_its_name(
    monkeypatch: pytest.MonkeyPatch, migrated: str
) -> None:
    """PgBouncer without ignore_startup_parameters is named as the cause."""
    refusal = "FATAL:  unsupported startup parameter: options"

    def refuse(*_: object, **__: object) -> None:
        raise psycopg.OperationalError(refusal)

    monkeypatch.setattr(psycopg, "connect", refuse)
    with pytest.raises(DatabaseError, match="pooler"):
        require_session(migrated)
