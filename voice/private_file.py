"""Writes files with secrets, which only their owner may read."""

import os
from pathlib import Path


def replace_private(file: Path, text: str) -> None:
    """Replace the file in one step; its mode is 0600 from the start. Raises OSError."""
    new = file.with_name(f".{file.name}.new")
    new.unlink(missing_ok=True)
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    new.replace(file)
