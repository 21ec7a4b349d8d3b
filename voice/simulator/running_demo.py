"""Records the running demo in a file in its data folder, readable only by its owner."""

import json
import os
import urllib.request
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from voice.settings import Settings

NAME = "demo.json"
_SECONDS = 2.0
"""How long a running demo may take to answer."""


@dataclass(frozen=True, slots=True)
class Demo:
    """A running demo: its address, its Twilio credentials, and its process ID."""

    url: str
    token: str
    account: str
    pid: int


def write_demo_file(settings: Settings) -> None:
    """Record the demo of this process."""
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
    """Remove the record of this process's demo; another process's stays."""
    demo = running_demo(settings.data_dir)
    if demo is not None and demo.pid == os.getpid():
        (settings.data_dir / NAME).unlink(missing_ok=True)


def running_demo(data_dir: Path) -> Demo | None:
    """The demo running on this data folder, or None. Ignores the file of a killed process."""
    with suppress(OSError, ValueError, TypeError, KeyError):
        demo = Demo(**json.loads((data_dir / NAME).read_text()))
        os.kill(demo.pid, 0)
        return demo
    return None


def answering_demo(data_dir: Path) -> Demo | None:
    """The demo that runs on this data folder and answers; None if its process does not."""
    demo = running_demo(data_dir)
    if demo is None:
        return None
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with suppress(OSError), direct.open(f"{demo.url}/healthz", timeout=_SECONDS):
        return demo
    return None
