"""Lets processes count in one folder, PROMETHEUS_MULTIPROC_DIR, so that /metrics shows all of them.

Each process has files of its own there, named by host and process number, and locks one of them
while it runs: containers that share the folder may have the same process numbers.
Source: https://prometheus.github.io/client_python/multiprocess/
"""

import atexit
import fcntl
import os
import shutil
import socket
import tempfile
from contextlib import suppress
from pathlib import Path

from voice.errors import ReportedError

_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_LOCKS = list[int]()
"""File descriptors of this process; closed, and so unlocked, when it ends."""


class MetricsFolderError(ReportedError):
    """The folder cannot be used."""


def share_metrics(processes: int = 1, *, remove_ended: bool = True) -> None:
    """Count in the folder, if there is one or several `processes` need it; before prometheus loads.

    `remove_ended` deletes the files of processes that have ended. Raises MetricsFolderError.
    """
    if processes > 1 and _FOLDER not in os.environ:
        made = tempfile.mkdtemp(prefix="screening-line-metrics-")
        os.environ[_FOLDER] = made
        atexit.register(shutil.rmtree, made, ignore_errors=True)
    if _FOLDER not in os.environ:
        return
    folder, name = Path(os.environ[_FOLDER]), _name(os.getpid())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if remove_ended:
            _remove_ended(folder)
        _LOCKS.append(_locked(folder / f"{name}.lock"))
    except OSError as error:
        message = (
            f"{_FOLDER} {folder} cannot be used: {error.strerror}. Let the user of the line write "
            "there, or leave the setting out."
        )
        raise MetricsFolderError(message) from error
    from prometheus_client import values  # noqa: PLC0415  # counts in the folder once it is loaded

    values.ValueClass = values.MultiProcessValue(lambda: name)  # type: ignore[no-untyped-call]  # it ships without types


def forget_gauges(pid: int) -> None:
    """Leave the gauges of a process of this host that has ended out of the sums; counts stay."""
    for each in Path(os.environ[_FOLDER]).glob(f"gauge_live*_{_name(pid)}.db"):
        each.unlink(missing_ok=True)


def _name(pid: int) -> str:
    """The process in names of files, whose parts are joined by underscores."""
    return f"{socket.gethostname().replace('_', '-')}-{pid}"


def _locked(file: Path) -> int:
    """Make the file and lock it until this process ends; its descriptor.

    Made anew when `_remove_ended` of another process took it before it was locked.
    """
    while True:
        handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(handle, fcntl.LOCK_EX)
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(handle), file.stat()):
                return handle
        os.close(handle)


def _remove_ended(folder: Path) -> None:
    """Delete the files of every process that does not hold its lock."""
    files, running = list(folder.glob("*.db")), set[str]()
    for lock in folder.glob("*.lock"):
        with lock.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                running.add(lock.stem)
            else:
                lock.unlink(missing_ok=True)
    for each in files:  # those listed first: a process locks before it makes files
        if each.stem.rpartition("_")[2] not in running:
            each.unlink(missing_ok=True)
