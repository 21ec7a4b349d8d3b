"""Encrypts what the database holds about patients with the first data key."""

from voice.database.connection import open_database
from voice.database.data_key import DataKeyError, add_new_key, field_cipher, key_file
from voice.database.encrypted_fields import encrypt_all
from voice.settings import Settings


async def encrypt(settings: Settings, *, new_key: bool) -> str:
    """Encrypt everything, after putting a new key first if asked; what was done, in words.

    Stop the line first. All or nothing is changed, and a run that was interrupted can be repeated.
    Raises DataKeyError and DatabaseError.
    """
    if new_key:
        add_new_key(key_file(settings))
    cipher = field_cipher(settings)
    if cipher is None:
        message = (
            "No data key is set. Set DATA_KEY_FILE in .env to the path of a file that does not "
            "exist yet, and run `screening-line encrypt --new-key`. Nothing was changed."
        )
        raise DataKeyError(message)
    async with open_database(settings, alone=True, any_key=True) as dsn:
        changed = encrypt_all(dsn, cipher)
    kept = (
        "Keep a copy of the key away from this computer: without it nobody can read the data."
        if len(cipher.key_ids) == 1
        else "The earlier keys open nothing here any more; keep them for as long as back-ups made "
        "before this. Keep a copy of the new key away from this computer."
    )
    return f"Encrypted {changed:,} values with the first data key. {kept} Start the line now."
