"""The keys of DATA_KEY or DATA_KEY_FILE, and whether they fit what the database holds.

Table `data_key` names the key that everything is encrypted with; no row: nothing is encrypted.
"""

import base64
import binascii
import secrets
from pathlib import Path

import psycopg

from voice.database.field_encryption import KEY_BYTES, FieldCipher
from voice.errors import ReportedError
from voice.private_file import replace_private
from voice.settings import Settings

_TO_ENCRYPT = "Stop the line, run `screening-line encrypt`, start it again. Nothing was changed."


class DataKeyError(ReportedError):
    """The keys cannot be used; the text says why and what to do, and never quotes one."""


def field_cipher(settings: Settings) -> FieldCipher | None:
    """What encrypts the line's data; None without a key, and for a demo, whose data is made up.

    Raises DataKeyError.
    """
    keys = [] if settings.is_demo else _keys(settings)
    return FieldCipher(keys) if keys else None


def key_file(settings: Settings) -> Path:
    """The file of DATA_KEY_FILE. Raises DataKeyError if none is set."""
    if not settings.data_key_file:
        message = (
            "DATA_KEY_FILE is not set. Set it in .env to the path of a file outside DATA_DIR and "
            "BACKUP_DIR, such as secrets/data.key; the file is made for you."
        )
        raise DataKeyError(message)
    return Path(settings.data_key_file)


def add_new_key(file: Path) -> None:
    """Put a random key before those of the file, which may not exist yet; mode 0600.

    Raises DataKeyError.
    """
    known = "\n".join(_read(file).split()) if file.exists() else ""
    new = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
    try:
        replace_private(file, f"{new}\n{known}")
    except OSError as error:
        message = f"The key file {file} was not written: {error.strerror}. Nothing was changed."
        raise DataKeyError(message) from error


def require_fitting_key(dsn: str, cipher: FieldCipher | None) -> None:
    """Refuse a database that the first key does not fit; an unused one gets this key.

    Otherwise numbers would be looked up in vain, and new data would lie unencrypted beside old.
    Raises DataKeyError.
    """
    with psycopg.connect(dsn, connect_timeout=5) as conn:
        stored = stored_key_id(conn)
        if stored is None and cipher is not None:
            if _is_used(conn):
                message = f"A data key is set, and the database is not encrypted yet. {_TO_ENCRYPT}"
                raise DataKeyError(message)
            store_key_id(conn, cipher.key_id)
            return
    if stored == (cipher.key_id if cipher else None):
        return
    if cipher is not None and stored in cipher.key_ids:
        message = f"The database is still encrypted with an earlier data key. {_TO_ENCRYPT}"
        raise DataKeyError(message)
    raise key_missing()


def key_missing() -> DataKeyError:
    """What to tell when the database's key is not there."""
    return DataKeyError(
        "The database is encrypted with a data key that DATA_KEY and DATA_KEY_FILE do not hold. "
        "Set DATA_KEY_FILE to the file with that key; without it the data cannot be read."
    )


def stored_key_id(conn: psycopg.Connection) -> str | None:
    """The id of the key that the database is encrypted with."""
    row = conn.execute("SELECT key_id FROM data_key").fetchone()
    return row[0] if row else None


def store_key_id(conn: psycopg.Connection, key_id: str) -> None:
    """Everything is encrypted with this key from now on."""
    conn.execute(
        "INSERT INTO data_key (key_id) VALUES (%s)"
        " ON CONFLICT (one) DO UPDATE SET key_id = excluded.key_id, since = now()",
        [key_id],
    )


def _is_used(conn: psycopg.Connection) -> bool:
    row = conn.execute(
        "SELECT EXISTS (SELECT FROM call) OR EXISTS (SELECT FROM booking)"
        " OR EXISTS (SELECT FROM call_back) OR EXISTS (SELECT FROM text_reply)"
    ).fetchone()
    return row == (True,)


def read_keys(file: Path) -> list[bytes]:
    """The keys of the file, at least one. Raises DataKeyError."""
    keys = [_decoded(part, str(file)) for part in _read(file).replace(",", "\n").split()]
    if not keys:
        message = f"{file} holds no key. `screening-line encrypt --new-key` makes one."
        raise DataKeyError(message)
    return keys


def _keys(settings: Settings) -> list[bytes]:
    written = settings.data_key.get_secret_value()
    if written and settings.data_key_file:
        message = "DATA_KEY and DATA_KEY_FILE are both set. Keep the one that holds your keys."
        raise DataKeyError(message)
    if settings.data_key_file:
        return read_keys(Path(settings.data_key_file))
    return [_decoded(part, "DATA_KEY") for part in written.replace(",", "\n").split()]


def _read(file: Path) -> str:
    try:
        return file.read_text("ascii")
    except OSError as error:
        message = (
            f"DATA_KEY_FILE {file} cannot be read: {error.strerror}. If the line never had a data "
            "key, `screening-line encrypt --new-key` makes one."
        )
        raise DataKeyError(message) from error
    except UnicodeDecodeError:
        return "not a key"


def _decoded(part: str, where: str) -> bytes:
    try:
        key = base64.b64decode(part, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        message = f"{where} holds something that is not a data key: 32 bytes in base64, one a line."
        raise DataKeyError(message)
    return key
