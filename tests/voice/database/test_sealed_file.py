"""A sealed file opens completely with its key, or not at all."""

import io
from pathlib import Path

import pytest

from voice.database.sealed_file import (
    MAGIC,
    SealedFileError,
    read_key,
    seal,
    unseal,
    write_new_key,
)

KEY = bytes(range(32))
FRAME = 1 << 20
FRAME_ON_DISK = 4 + FRAME + 16
HEAD = len(MAGIC) + 8


def sealed(data: bytes) -> bytes:
    """Seal these bytes."""
    target = io.BytesIO()
    assert seal(io.BytesIO(data), target, KEY) == len(data)
    return target.getvalue()


def opened(file: bytes, key: bytes = KEY) -> bytes:
    """Open this sealed file."""
    return b"".join(unseal(io.BytesIO(file), key))


@pytest.mark.parametrize("size", [0, 1, FRAME - 1, FRAME, FRAME + 1, 3 * FRAME])
def test_what_was_sealed_opens_again(size: int) -> None:
    """Empty, short, frame-aligned and longer data can be opened again."""
    data = bytes(n % 251 for n in range(size))
    file = sealed(data)
    assert opened(file) == data
    assert data[:64] not in file or size < 64


def test_the_same_data_is_another_file_each_time() -> None:
    """A nonce is never reused."""
    assert sealed(b"the same") != sealed(b"the same")


@pytest.mark.parametrize("cut", [1, 16, FRAME_ON_DISK, 2 * FRAME_ON_DISK])
def test_a_file_that_was_cut_short_does_not_open(cut: int) -> None:
    """A truncated file does not open, even when it was cut between two frames."""
    with pytest.raises(SealedFileError, match="cut short"):
        opened(sealed(bytes(3 * FRAME))[:-cut])


def test_frames_in_another_order_do_not_open() -> None:
    """Each frame is bound to its position."""
    file = sealed(bytes(2 * FRAME) + b"end")
    first, second = HEAD, HEAD + FRAME_ON_DISK
    third = second + FRAME_ON_DISK
    with pytest.raises(SealedFileError):
        opened(file[:first] + file[second:third] + file[first:second] + file[third:])


@pytest.mark.parametrize("at", [0, len(MAGIC), HEAD, HEAD + 3, HEAD + 4, -1])
def test_a_changed_byte_does_not_open(at: int) -> None:
    """A change to any byte is detected."""
    file = bytearray(sealed(b"answers"))
    file[at] ^= 1
    with pytest.raises(SealedFileError):
        opened(bytes(file))


def test_bytes_after_the_end_do_not_open() -> None:
    """Appended bytes are detected."""
    with pytest.raises(SealedFileError):
        opened(sealed(b"answers") + b"x")


def test_another_key_does_not_open_it() -> None:
    """The error names the key as a possible cause and shows none of the data."""
    with pytest.raises(SealedFileError, match="another key"):
        opened(sealed(b"answers"), bytes(32))


def test_a_key_is_private_and_never_overwritten(tmp_path: Path) -> None:
    """The key has mode 0600, and a second key cannot overwrite it and make backups useless."""
    file = tmp_path / "key"
    write_new_key(file)
    key = read_key(file)
    assert len(key) == 32
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(SealedFileError, match="Nothing was changed"):
        write_new_key(file)
    assert read_key(file) == key


@pytest.mark.parametrize("content", ["", "short", "bm90IDMyIGJ5dGVz", "\u00e9"])
def test_a_file_that_is_no_key_is_refused(tmp_path: Path, content: str) -> None:
    """The error names the command that makes a key."""
    file = tmp_path / "key"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(SealedFileError, match="backup --new-key"):
        read_key(file)
