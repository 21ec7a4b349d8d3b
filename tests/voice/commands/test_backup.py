"""Backups are encrypted, complete and rotated, and the embedded database can be moved."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from psycopg_pool import AsyncConnectionPool
from pydantic import SecretStr
from support.clinic import CHART_LABELS, RULES, SetClock, confirmed, own_event, span
from support.data_key import CIPHER, DATA_KEY

from calendar_sync.calendars.contract import Calendar
from calendar_sync.calendars.local import LocalCalendar
from calendar_sync.clinic import Clinic
from calendar_sync.sync.insert import insert
from voice.commands import backup
from voice.commands.backup import BackupError, list_backups, make_backup, move_database
from voice.database.connection import open_database
from voice.database.dump import has_tables, restore_sealed
from voice.database.sealed_file import SealedFileError, write_new_key
from voice.errors import DatabaseError
from voice.settings import Settings

NOW = datetime(2026, 11, 30, 16, tzinfo=UTC)
CALLER = "+14255550123"
ADD_CALL = "INSERT INTO call (sid, caller) VALUES ('CA1', %s)"


@pytest.fixture
def empty(server: tuple[str, str]) -> str:
    """The dsn of an empty database."""
    dsn, _ = server
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute("DROP DATABASE IF EXISTS restored")
        conn.execute("CREATE DATABASE restored")
    return make_conninfo(dsn, dbname="restored")


@pytest.fixture
def settings(tmp_path: Path, migrated: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A line with a database, a key and a backup folder."""
    monkeypatch.chdir(tmp_path)
    write_new_key(tmp_path / "key")
    changes = {
        "database_url": SecretStr(migrated),
        "data_key": SecretStr(DATA_KEY),
        "backup_dir": tmp_path / "backups",
        "backup_key_file": str(tmp_path / "key"),
        "backup_keep": 2,
    }
    return Settings().model_copy(update=changes)


def callers(dsn: str) -> list[str]:
    """The callers in the database."""
    with psycopg.connect(dsn) as conn:
        return [CIPHER.open(row[0]) for row in conn.execute("SELECT caller FROM call").fetchall()]


@pytest.mark.usefixtures("database")
async def test_a_backup_restores_everything_and_shows_nothing(
    settings: Settings, migrated: str, empty: str
) -> None:
    """A number is in the restored database and cannot be read in the backup file."""
    with psycopg.connect(migrated, autocommit=True) as conn:
        conn.execute(ADD_CALL, [CALLER])
    made = await make_backup(settings, NOW)
    assert made.file.name == "screening-line-20261130T160000Z.backup"
    assert made.file.stat().st_mode & 0o777 == 0o600
    assert made.size > 1000
    for readable in (CALLER.encode(), b"call", b"PGDMP"):
        assert readable not in made.file.read_bytes()
    restore_sealed(made.file, empty, backup.backup_key(settings))
    assert callers(empty) == [CALLER]


@pytest.mark.usefixtures("database")
async def test_only_the_newest_are_kept(settings: Settings) -> None:
    """BACKUP_KEEP backups are kept, and other files stay."""
    settings.backup_dir.mkdir()
    (settings.backup_dir / "notes.txt").touch()
    made = [await make_backup(settings, NOW + timedelta(days=day)) for day in range(3)]
    assert [each.removed for each in made] == [0, 0, 1]
    assert list_backups(settings) == [made[2].file, made[1].file]
    assert (settings.backup_dir / "notes.txt").exists()
    assert backup.age_of_newest(settings, NOW + timedelta(days=3)) == timedelta(days=1)


@pytest.mark.usefixtures("database")
async def test_a_dump_that_fails_leaves_the_older_backups(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No partial file is named as a backup, and no backup is deleted."""
    first = await make_backup(settings, NOW)

    def failing(*_: str) -> str:
        return "/bin/false"

    monkeypatch.setattr("voice.database.dump._find", failing)
    with pytest.raises(DatabaseError, match="failed"):
        await make_backup(settings, NOW + timedelta(days=1))
    assert list(settings.backup_dir.iterdir()) == [first.file]


async def test_without_a_key_no_backup_is_made(settings: Settings) -> None:
    """The error says how to make a key, and where to keep it."""
    without = settings.model_copy(update={"backup_key_file": ""})
    with pytest.raises(BackupError, match="backup --new-key"):
        await make_backup(without, NOW)
    assert backup.age_of_newest(without, NOW) is None


@pytest.mark.usefixtures("database")
async def test_a_damaged_backup_changes_nothing(settings: Settings, empty: str) -> None:
    """A backup is read to its end before the first row is written."""
    made = await make_backup(settings, NOW)
    made.file.write_bytes(made.file.read_bytes()[:-1])
    with pytest.raises(SealedFileError):
        restore_sealed(made.file, empty, backup.backup_key(settings))
    assert not has_tables(empty)


async def test_the_embedded_database_moves_to_another_one(
    settings: Settings, data_dir: Path, empty: str
) -> None:
    """Every row is moved; a second move, or a target with a line, is refused."""
    embedded = settings.model_copy(update={"database_url": SecretStr(""), "data_dir": data_dir})
    async with open_database(embedded, alone=True) as dsn:
        with psycopg.connect(dsn, autocommit=True) as conn:
            conn.execute(ADD_CALL, [CALLER])
    moved = embedded.model_copy(update={"database_url": SecretStr(empty)})
    assert "Copied" in await move_database(moved)
    assert callers(empty) == [CALLER]
    with pytest.raises(BackupError, match="already"):
        await move_database(moved)


async def test_a_move_without_a_target_or_a_source_says_so(
    settings: Settings, tmp_path: Path, empty: str
) -> None:
    """The error says what to set."""
    nowhere = settings.model_copy(update={"database_url": SecretStr("")})
    with pytest.raises(BackupError, match="DATABASE_URL is not set"):
        await move_database(nowhere)
    changes = {"database_url": SecretStr(empty), "data_dir": tmp_path / "none"}
    with pytest.raises(BackupError, match="no embedded database"):
        await move_database(settings.model_copy(update=changes))


@pytest.fixture
def visits(now: SetClock, database: AsyncConnectionPool) -> Clinic:
    """A clinic with the local calendar, on the database that is backed up."""
    return Clinic(database, LocalCalendar(database), RULES, now, "full", CHART_LABELS, None)


async def drilled(settings: Settings, empty: str, file: Path) -> str:
    """Restore into the other database, whose local calendar has newer changes."""
    restored = settings.model_copy(update={"database_url": SecretStr(empty)})
    return await backup.restore(restored, file, replace=True)


async def test_a_restored_line_has_every_coming_visit_as_the_calendar_shows_it(
    settings: Settings,
    empty: str,
    visits: Clinic,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Restored visits match the calendar, and no patient is notified."""
    slots = [span(f"2099-12-0{day} 09:00") for day in (1, 2, 3)]
    made_visits = [
        await confirmed(visits, slot, f"CA{number}") for number, slot in enumerate(slots)
    ]
    for each in made_visits:
        await insert(visits, each)
    made = await make_backup(settings, NOW)
    events = [await own_event(visits, each) for each in made_visits]
    later = span("2099-12-02 11:00")
    await visits.calendar.move(events[1].event_id, later, events[1].etag)
    await visits.calendar.cancel(events[2].event_id, events[2].etag)
    # The local calendar is a table too: the restored line asks the one that went on.

    def same_calendar(*_: object) -> Calendar:
        return visits.calendar

    monkeypatch.setattr("voice.bootstrap.calendar_for", same_calendar)
    said = await drilled(settings, empty, made.file)
    assert "as in the calendar: 1; at another time there: 1; not there any more: 1" in said
    with psycopg.connect(empty) as conn:
        kept = conn.execute("SELECT state, during, promised FROM booking ORDER BY id").fetchall()
        asked = conn.execute("SELECT code FROM call_back ORDER BY id").fetchall()
        told = conn.execute("SELECT count(*) FROM telling").fetchone()
    assert [row[0] for row in kept] == ["booked", "booked", "cancelled"]
    assert kept[1][1].lower == kept[1][2].lower == later.start
    assert asked == [("restored_moved",), ("restored_gone",)]
    assert told == (0,)


async def test_texts_that_were_due_meanwhile_are_not_sent_after_a_restore(
    settings: Settings, empty: str, visits: Clinic, migrated: str
) -> None:
    """Texts that may have been sent before the loss are skipped; later ones go out."""
    visit = await confirmed(visits, span("2099-12-01 09:00"))
    with psycopg.connect(migrated, autocommit=True) as conn:
        for name, due in (("late", "2000-01-01"), ("later", "2099-12-01")):
            conn.execute(
                "INSERT INTO text (booking, name, kind, about, number, due)"
                " VALUES (%s, %s, 'day before', %s, %s, %s)",
                [visit, name, due, CALLER, due],
            )
    made = await make_backup(settings, NOW)
    assert "not sent: 1" in await drilled(settings, empty, made.file)
    with psycopg.connect(empty) as conn:
        states: dict[str, str] = dict(conn.execute("SELECT name, state FROM text").fetchall())
    assert states == {"late": "dropped", "later": "owed"}


@pytest.mark.usefixtures("database")
async def test_a_database_with_calls_is_replaced_only_when_told_to(
    settings: Settings, migrated: str, empty: str
) -> None:
    """A used database is replaced only on request, and a missing file is reported."""
    with psycopg.connect(migrated, autocommit=True) as conn:
        conn.execute(ADD_CALL, [CALLER])
    made = await make_backup(settings, NOW)
    with pytest.raises(BackupError, match="--replace"):
        await backup.restore(settings, made.file, replace=False)
    assert callers(migrated) == [CALLER]
    assert backup.last_restore(settings) is None
    with pytest.raises(SealedFileError, match="cannot be read"):
        await backup.restore(settings, Path("nowhere"), replace=True)
    assert "Restored" in await drilled(settings, empty, made.file)
    assert callers(empty) == [CALLER]
    assert backup.last_restore(settings) is not None
