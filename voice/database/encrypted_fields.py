"""Which columns are encrypted, and encrypting them again after a change of the key."""

import json
import time
from typing import LiteralString

import psycopg
from psycopg import sql

from voice.database.data_key import key_missing, store_key_id, stored_key_id
from voice.database.field_encryption import FieldCipher
from voice.errors import DatabaseError

ENCRYPTED: dict[LiteralString, tuple[LiteralString, ...]] = {
    "booking": (
        "chart",
        "number",
        "patient_email",
        "patient_name",
        "text_number",
        "visit_code",
        "written",
    ),
    "call": ("caller",),
    "call_back": ("number",),
    "consent": ("number",),
    "demo_text": ("body", "number"),
    "invitation": ("email",),
    "journal": ("value",),
    "local_event": ("description",),
    "text": ("digests", "number"),
    "text_bar": ("number",),
    "text_reply": ("digest", "number"),
    "waiting_list": ("chart", "number"),
}
"""The columns with something about a person, by table.

Digests too: the text of an event or a message can be guessed from a number and short answers.
"""

_JSON = {("booking", "chart"), ("waiting_list", "chart")}
"""Those of type jsonb."""
_ARRAYS = {("booking", "written"), ("text", "digests")}
"""Those of type text[]."""

_BATCH = 5_000
_LEAVING_SECONDS = 2


def encrypt_all(dsn: str, cipher: FieldCipher) -> int:
    """Encrypt every value with the first key, all or none; how many values that changed.

    What an earlier key sealed is opened with it. No other connection may be open to the database:
    what it looks up would be looked up in vain. Raises DataKeyError, and DatabaseError when it is
    in use.
    """
    with psycopg.connect(dsn, connect_timeout=5) as conn:
        if stored_key_id(conn) not in {None, *cipher.key_ids}:
            raise key_missing()
        if not _becomes_idle(conn):
            message = "The database is in use. Stop the line first. Nothing was changed."
            raise DatabaseError(message)
        changed = sum(_encrypt(conn, table, cipher) for table in ENCRYPTED)
        store_key_id(conn, cipher.key_id)
    return changed


def _becomes_idle(conn: psycopg.Connection) -> bool:
    """Whether nobody else is connected; a program that has just ended gets two seconds to leave."""
    until = time.monotonic() + _LEAVING_SECONDS
    while True:
        others = conn.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend' AND usename = current_user"
            " AND pid <> pg_backend_pid()"
        ).fetchone()
        conn.rollback()  # the next look would else see what this one saw
        if others == (0,) or time.monotonic() > until:
            return others == (0,)
        time.sleep(0.05)


def _encrypt(conn: psycopg.Connection, table: LiteralString, cipher: FieldCipher) -> int:
    names = [sql.Identifier(name) for name in ENCRYPTED[table]]
    read = [
        sql.SQL("{}" if (table, column) in _ARRAYS else "{}::text").format(name)
        for column, name in zip(ENCRYPTED[table], names, strict=True)
    ]
    query = sql.SQL("SELECT ctid::text, {} FROM {}").format(
        sql.SQL(", ").join(read), sql.Identifier(table)
    )
    update = sql.SQL("UPDATE {} SET {} WHERE ctid = %s::tid").format(
        sql.Identifier(table),
        sql.SQL(", ").join(sql.SQL("{} = %s").format(name) for name in names),
    )
    changed = 0
    conn.execute(sql.SQL("LOCK TABLE {}").format(sql.Identifier(table)))
    # The cursor reads the rows as they were, whatever the updates do meanwhile.
    with conn.cursor(name="stored") as stored, conn.cursor() as writing:
        stored.execute(query)
        while batch := stored.fetchmany(_BATCH):
            updates = list[list[str | list[str] | None]]()
            for place, *old in batch:
                new = [
                    [_renewed_text(each, cipher) for each in value]
                    if isinstance(value, list)
                    else _renewed(value, cipher, is_json=(table, column) in _JSON)
                    for column, value in zip(ENCRYPTED[table], old, strict=True)
                ]
                changed += sum(one != other for one, other in zip(new, old, strict=True))
                if new != old:
                    updates.append([*new, place])
            writing.executemany(update, updates)
    return changed


def _renewed(stored: str | None, cipher: FieldCipher, *, is_json: bool) -> str | None:
    """The value under the first key; a jsonb column holds a sealed one as a JSON string."""
    if stored is None:
        return None
    if is_json:
        value = json.loads(stored)
        return json.dumps(_renewed_text(value if isinstance(value, str) else stored, cipher))
    return _renewed_text(stored, cipher)


def _renewed_text(stored: str, cipher: FieldCipher) -> str:
    return stored if cipher.is_current(stored) else cipher.seal(cipher.open(stored))
