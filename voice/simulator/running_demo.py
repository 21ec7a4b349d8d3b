"""Where a demo on this computer can be called: a file beside its data that only its owner reads."""

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from voice.settings import Settings

NAME = "demo.json"


@dataclass(frozen=True, slots=True)
class Demo:
    """A demo that runs: its address, what requests are signed with, and its process."""

    url: str
    token: str
    account: str
    pid: int


def write_demo_file(settings: Settings) -> None:
    """Tell the phones of this computer about the demo in this process."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    file = settings.data_dir / NAME
    demo = Demo(
        url=settings.public_base_url,
        token=settings.tokens[0],
        account=settings.twilio_account_sid,
        pid=os.getpid(),
    )
    file.unlink(missing_ok=True)
    owner_only = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(owner_only, "w") as written:
        json.dump(asdict(demo), written)


def remove_demo_file(settings: Settings) -> None:
    """The demo in this process has ended; another process's is left alone."""
    demo = running_demo(settings.data_dir)
    if demo is not None and demo.pid == os.getpid():
        (settings.data_dir / NAME).unlink(missing_ok=True)


def running_demo(data_dir: Path) -> Demo | None:
    """The demo on this data folder, or None; the file of one that was killed does not count."""
    with suppress(OSError, ValueError, TypeError, KeyError):
        demo = Demo(**json.loads((data_dir / NAME).read_text()))
        os.kill(demo.pid, 0)
        return demo
    return None
