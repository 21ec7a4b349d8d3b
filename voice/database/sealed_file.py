"""Files that only the holder of a key can read: AES-256-GCM over frames of one megabyte.

A file is ``MAGIC``, 8 random bytes, then frames: 4 bytes of length (big-endian), then that many
bytes of ciphertext. A frame's nonce is the 8 bytes and its number, so no two frames share one; the
additional authenticated data says whether the frame is the last, so a file that was cut short or
whose frames were swapped does not open. Source: NIST SP 800-38D, section 8.2.1.
"""

import base64
import binascii
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from voice.errors import ReportedError

MAGIC = b"screening-line sealed 1\n"
_KEY_BYTES, _PREFIX_BYTES = 32, 8
_FRAME = 1 << 20
_TAG_BYTES = 16
_LAST, _MORE = MAGIC + b"last", MAGIC + b"more"


class SealedFileError(ReportedError):
    """The key or the file cannot be used; the text says which, and what to do."""


def write_new_key(path: Path) -> None:
    """Write a random key to a new file of mode 0600. Raises SealedFileError if the file exists."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        message = f"The key file {path} was not written: {error.strerror}. Nothing was changed."
        raise SealedFileError(message) from error
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode() + "\n")


def read_key(path: Path) -> bytes:
    """The 32 bytes of a key file. Raises SealedFileError, which never quotes the file."""
    try:
        key = base64.b64decode(path.read_text(encoding="ascii").strip(), validate=True)
    except OSError as error:
        message = f"The key file {path} cannot be read: {error.strerror}."
        raise SealedFileError(message) from error
    except (UnicodeDecodeError, binascii.Error):
        key = b""
    if len(key) != _KEY_BYTES:
        message = f"{path} is not a key file. `screening-line backup --new-key FILE` makes one."
        raise SealedFileError(message)
    return key


def seal(source: IO[bytes], target: IO[bytes], key: bytes) -> int:
    """Encrypt everything that `source` holds into `target`; the number of bytes read."""
    cipher, prefix, total = AESGCM(key), secrets.token_bytes(_PREFIX_BYTES), 0
    target.write(MAGIC + prefix)
    frame = _read_frame(source, _FRAME)
    for number in range(1 << 32):
        following = _read_frame(source, _FRAME)
        state = _MORE if following else _LAST
        sealed = cipher.encrypt(_nonce(prefix, number), frame, state)
        target.write(len(sealed).to_bytes(4, "big") + sealed)
        total += len(frame)
        if not following:
            return total
        frame = following
    message = "The data is larger than 4 million megabytes."
    raise SealedFileError(message)


def unseal(source: IO[bytes], key: bytes) -> Iterator[bytes]:
    """The plain bytes, frame by frame; each was authenticated before it is given.

    Whoever acts on the bytes should run through the file once before: that it was cut short shows
    only at its end. Raises SealedFileError for another file, another key, or a damaged file.
    """
    if source.read(len(MAGIC)) != MAGIC:
        message = "The file is not a back-up of this program, or it is damaged at its beginning."
        raise SealedFileError(message)
    cipher, prefix = AESGCM(key), source.read(_PREFIX_BYTES)
    for number in range(1 << 32):
        length = int.from_bytes(source.read(4), "big")
        if length > _FRAME + _TAG_BYTES:
            raise _damaged()
        sealed = _read_frame(source, length)
        plain, is_last = _open_frame(cipher, _nonce(prefix, number), sealed)
        yield plain
        if is_last:
            break
    if source.read(1):
        raise _damaged()


def _open_frame(cipher: AESGCM, nonce: bytes, sealed: bytes) -> tuple[bytes, bool]:
    """A frame's bytes, and whether it is the last. Raises SealedFileError when it is neither."""
    for state in (_MORE, _LAST):
        with suppress(InvalidTag, ValueError):
            return cipher.decrypt(nonce, sealed, state), state == _LAST
    raise _damaged()


def _damaged() -> SealedFileError:
    message = (
        "The back-up does not open: it was made with another key, or the file is damaged or cut "
        "short. Nothing was restored."
    )
    return SealedFileError(message)


def _nonce(prefix: bytes, number: int) -> bytes:
    return prefix + number.to_bytes(4, "big")


def _read_frame(source: IO[bytes], size: int) -> bytes:
    """`size` bytes, or what is left; a pipe may give less than asked for at a time."""
    parts: list[bytes] = []
    while size and (part := source.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
