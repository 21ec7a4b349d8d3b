"""Encrypts what is stored about a person: AES-256-GCM on the way into the database, and back.

A stored value is ``enc1:`` + the key's id + ``:`` + base64url(nonce + ciphertext + tag). The nonce
is the first 12 bytes of HMAC-SHA-256 over the text and whose it is, under a key of its own. So a
nonce repeats only for the same text of the same owner, and a `Lookup` of the same text is the same
value each time: the database can compare, join and keep it unique. Sources: NIST SP 800-38D,
section 8.2; RFC 5869 (HKDF); for nonces made from the text, RFC 8452.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from psycopg.abc import AdaptContext, Buffer
from psycopg.adapt import Loader
from psycopg.pq import Format
from psycopg.types.json import JsonbDumper
from psycopg.types.string import StrDumperUnknown

from calendar_sync.private_fields import Lookup, Private, PrivateJson

KEY_BYTES = 32
_MAGIC = "enc1:"
_NONCE_BYTES = 12
_ID_DIGITS = 8
REMEMBERED = 4096
"""Values that a process does not decrypt again: those of about 150 calls, since each turn of a call
reads its whole journal. A sealed value never gets another text.

As many that it does not encrypt again, such as a number that is looked up in most turns."""


class FieldCipher:
    """Seals with the first key, opens with any of them."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        """`keys` are of 32 random bytes each, at least one."""
        self._keys = {each.id: each for each in map(_Key, keys)}
        self._current = next(iter(self._keys.values()))
        self._opened = lru_cache(maxsize=REMEMBERED)(self._open)
        self._sealed = lru_cache(maxsize=REMEMBERED)(self._current.seal)

    @property
    def key_id(self) -> str:
        """The id of the key that seals: 8 hexadecimal digits, which say nothing about it."""
        return self._current.id

    @property
    def key_ids(self) -> list[str]:
        """The ids of all keys, the one that seals first."""
        return list(self._keys)

    def seal(self, text: str, of: str = "") -> str:
        """The value to store. "" stays "", so that SQL can tell it."""
        return self._sealed(text, of) if text else ""

    def open(self, stored: str) -> str:
        """The text of a stored value.

        What was not sealed with one of the keys comes back as it is: it is a text that was never
        sealed. That the keys fit the database is checked when it is opened, see `data_key`.
        """
        return self._opened(stored)

    def _open(self, stored: str) -> str:
        parts = stored.split(":")
        key = self._keys.get(parts[1]) if len(parts) == 3 and stored.startswith(_MAGIC) else None  # noqa: PLR2004  # magic, id, bytes
        return stored if key is None else key.open(stored, parts[2])

    def is_current(self, stored: str) -> bool:
        """Whether nothing is to be done to this value after a change of the key."""
        return not stored or stored.startswith(f"{_MAGIC}{self.key_id}:")

    def adapt(self, connection: AdaptContext) -> None:
        """Make the connection seal what is marked as private, and open what it reads."""
        cipher = self

        class SealText(StrDumperUnknown):
            def dump(self, obj: str) -> Buffer | None:
                of = obj.of if isinstance(obj, Private) else ""
                return super().dump(cipher.seal(obj, of))

        class SealJson(JsonbDumper):
            def dump(self, obj: PrivateJson) -> bytes:
                return json.dumps(cipher.seal(obj.text, obj.text.of)).encode()

        class OpenText(Loader):
            format = Format.TEXT

            def load(self, data: Buffer) -> str:
                text = bytes(data).decode()
                return cipher.open(text) if text.startswith(_MAGIC) else text

        class OpenJson(Loader):
            format = Format.TEXT

            def load(self, data: Buffer) -> Any:  # noqa: ANN401  # as JSON is
                value = json.loads(bytes(data))
                if isinstance(value, str) and value.startswith(_MAGIC):
                    return json.loads(cipher.open(value))
                return value

        adapters = connection.adapters
        adapters.register_dumper(Lookup, SealText)
        adapters.register_dumper(Private, SealText)
        adapters.register_dumper(PrivateJson, SealJson)
        adapters.register_loader("text", OpenText)
        adapters.register_loader("jsonb", OpenJson)


class _Key:
    """What is derived from one key: its id, the cipher, the key of the nonces."""

    def __init__(self, key: bytes) -> None:
        self.id = hashlib.sha256(b"screening-line data key id" + key).hexdigest()[:_ID_DIGITS]
        self._cipher = AESGCM(_derived(key, b"screening-line field encryption"))
        self._nonce_key = _derived(key, b"screening-line field nonces")

    def seal(self, text: str, of: str) -> str:
        plain, whose = text.encode(), of.encode()
        message = len(whose).to_bytes(4, "big") + whose + plain
        nonce = hmac.digest(self._nonce_key, message, "sha256")[:_NONCE_BYTES]
        sealed = base64.urlsafe_b64encode(nonce + self._cipher.encrypt(nonce, plain, None))
        return f"{_MAGIC}{self.id}:{sealed.decode()}"

    def open(self, stored: str, encoded: str) -> str:
        try:
            data = base64.urlsafe_b64decode(encoded)
            return self._cipher.decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], None).decode()
        except (binascii.Error, InvalidTag, ValueError):
            return stored


def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose).derive(key)
