"""Encrypted back-ups of the database: made, rotated, and moved to another database."""

import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from calendar_sync.errors import CalendarError
from calendar_sync.sync.after_restore import reconcile_restored
from voice.bootstrap import line_on
from voice.clock import utc_now
from voice.database.connection import JOBS, open_database, open_pool, prepare
from voice.database.data_key import field_cipher, require_fitting_key
from voice.database.dump import (
    count_rows,
    dump_sealed,
    emptied,
    has_calls,
    has_tables,
    restore_sealed,
    verify_sealed,
)
from voice.database.encrypted_fields import encrypt_all
from voice.database.sealed_file import read_key, write_new_key
from voice.errors import ReportedError
from voice.settings import Settings
from voice.texts import outbox

_RESTORED = "last-restore"
"""A file beside the back-ups, since a restore replaces the database."""
_NAME, _TIME = "screening-line-*.backup", "screening-line-%Y%m%dT%H%M%SZ.backup"


class BackupError(ReportedError):
    """The back-up was not made, or not restored; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A back-up that was made: its file, the dump's size in bytes, how many older ones went."""

    file: Path
    size: int
    removed: int


async def make_backup(settings: Settings, now: datetime) -> Backup:
    """Dump the database into a new file of BACKUP_DIR, and remove the oldest beyond BACKUP_KEEP.

    The file gets its name only when it is complete. The line may be running. Raises BackupError,
    SealedFileError, and DatabaseError.
    """
    key = backup_key(settings)
    folder = settings.backup_dir
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        message = f"BACKUP_DIR {folder} cannot be used: {error.strerror}. No back-up was made."
        raise BackupError(message) from error
    file = folder / now.astimezone(UTC).strftime(_TIME)
    partial = file.with_suffix(".partial")
    try:
        async with open_database(settings, alone=False, any_key=True) as dsn:
            handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as target:
                size = dump_sealed(dsn, target, key)
                target.flush()
                os.fsync(target.fileno())
        partial.rename(file)
    except OSError as error:
        message = f"The back-up was not written: {error.strerror}. The older ones were kept."
        raise BackupError(message) from error
    finally:
        partial.unlink(missing_ok=True)
    old = list_backups(settings)[settings.backup_keep :]
    for each in old:
        each.unlink()
    return Backup(file, size, len(old))


def list_backups(settings: Settings) -> list[Path]:
    """The back-ups in BACKUP_DIR, newest first."""
    return sorted(settings.backup_dir.glob(_NAME), reverse=True)


def age_of_newest(settings: Settings, now: datetime) -> timedelta | None:
    """How old the newest back-up is; None when there is none."""
    newest = next(iter(list_backups(settings)), None)
    if newest is None:
        return None
    return now - datetime.strptime(newest.name, _TIME).replace(tzinfo=UTC)


def last_restore(settings: Settings) -> datetime | None:
    """When a back-up was last restored or tried here; None if never."""
    try:
        return datetime.fromisoformat((settings.backup_dir / _RESTORED).read_text("ascii").strip())
    except (OSError, ValueError):
        return None


def backup_key(settings: Settings) -> bytes:
    """The key of BACKUP_KEY_FILE. Raises BackupError when none is set, and SealedFileError."""
    if not settings.backup_key_file:
        message = (
            "BACKUP_KEY_FILE is not set, and a back-up is always encrypted. Make a key with "
            "`screening-line backup --new-key FILE`, set BACKUP_KEY_FILE to it in .env, and keep a "
            "copy of the key somewhere else: without it no back-up opens."
        )
        raise BackupError(message)
    return read_key(Path(settings.backup_key_file))


def make_key(file: Path) -> str:
    """Write a new key; what to do with it. Raises SealedFileError."""
    write_new_key(file)
    return (
        f"The key is in {file}. Set BACKUP_KEY_FILE={file} in .env, and keep a copy of the file "
        "away from this computer: without it no back-up opens."
    )


async def restore(settings: Settings, file: Path, *, replace: bool) -> str:
    """Load a back-up into the line's database and compare it with the calendar; what was done.

    Stop the line first. `replace` allows a database that holds a line already; what it held comes
    back if the file cannot be loaded. What was stored with an earlier data key, or without one,
    gets the first. Raises BackupError, SealedFileError, DataKeyError, and DatabaseError.
    """
    key = backup_key(settings)
    verify_sealed(file, key)
    cipher = field_cipher(settings)
    async with open_database(settings, alone=True, any_key=True) as dsn:
        if has_calls(dsn) and not replace:
            message = (
                "The database holds calls already. Nothing was changed. "
                "To replace it with the back-up: --replace."
            )
            raise BackupError(message)
        with emptied(dsn):
            restore_sealed(file, dsn, key)
            prepare(dsn)
            if cipher is not None:
                encrypt_all(dsn, cipher)
            require_fitting_key(dsn, cipher)
        async with open_pool(dsn, cipher=cipher, options=JOBS, size=2) as pool:
            line = line_on(settings, pool)
            try:
                async with pool.connection() as conn:
                    dropped = await outbox.drop_overdue(conn, line.now())
                found = await reconcile_restored(line.clinic)
            except CalendarError as error:
                message = f"The back-up is restored, but not yet compared. {error}"
                raise BackupError(message) from error
            finally:
                line.texting.close()
    _record_restore(settings)
    return (
        f"Restored {file.name}. Coming visits as in the calendar: {found.same}; at another time "
        f"there: {found.moved}; not there any more: {found.gone}. Texts that were due meanwhile "
        f"and are not sent: {dropped}. Staff find whom to call in `screening-line callbacks`."
    )


async def drill(settings: Settings, file: Path) -> str:
    """Load a back-up into a database that is deleted again, to see that it opens; what was found.

    Nothing else changes, and the line may be running. Raises BackupError, SealedFileError, and
    DatabaseError.
    """
    key = backup_key(settings)
    verify_sealed(file, key)
    with TemporaryDirectory(prefix="screening-line-") as folder:
        own = {"database_url": type(settings.database_url)(""), "data_dir": Path(folder)}
        scratch = settings.model_copy(update=own)
        async with open_database(scratch, alone=True, any_key=True) as dsn:
            with emptied(dsn):
                restore_sealed(file, dsn, key)
                prepare(dsn)
            calls, visits = count_rows(dsn)
    _record_restore(settings)
    return (
        f"{file.name} can be restored: it holds {calls} calls and {visits} visits. It was loaded "
        "into a database that is deleted again; the line's own was not touched."
    )


def _record_restore(settings: Settings) -> None:
    """Keep the time for `check`; a folder that cannot be written costs only its reminder."""
    with suppress(OSError):
        (settings.backup_dir / _RESTORED).write_text(f"{utc_now().isoformat()}\n", "ascii")


async def move_database(settings: Settings) -> str:
    """Copy the embedded database into the empty one of DATABASE_URL; what was done.

    The embedded data stays where it is. Raises BackupError and DatabaseError.
    """
    target = settings.database_url.get_secret_value()
    if not target:
        message = "DATABASE_URL is not set: set it in .env to the new, empty database."
        raise BackupError(message)
    if has_tables(target):
        message = "The database of DATABASE_URL holds a line already. Nothing was changed."
        raise BackupError(message)
    embedded = settings.model_copy(update={"database_url": type(settings.database_url)("")})
    if not (settings.data_dir / "postgres").exists():
        message = f"There is no embedded database in DATA_DIR {settings.data_dir}."
        raise BackupError(message)
    key = os.urandom(32)
    with TemporaryDirectory(prefix="screening-line-") as folder:
        file = Path(folder) / "database"
        async with open_database(embedded, alone=True, any_key=True) as dsn:
            with file.open("wb") as sealed:
                size = dump_sealed(dsn, sealed, key)
        restore_sealed(file, target, key)
    prepare(target)
    return (
        f"Copied {size:,} bytes into the database of DATABASE_URL. Start the line: it uses that "
        f"one now. The embedded data in {settings.data_dir} was kept; remove it when all is well."
    )
