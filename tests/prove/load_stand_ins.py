"""Google and Twilio of a load run, in a process of their own: `python -m prove.load_stand_ins DIR`.

Prints the settings of a line at them as JSON, its data in DIR. Then each line on standard input is
an order: "hang" lets Google answer nothing that a line waits for, "answer" ends that.
"""

import json
import sys
from pathlib import Path
from threading import Thread
from time import sleep

from prove.options import settings
from stand_ins.google.faults import Fault
from stand_ins.google.server import Google
from stand_ins.twilio.server import Twilio

_METHODS = ("freebusy.query", "events.list", "events.insert", "events.get")


def main() -> None:
    """Serve until standard input ends."""
    with Google() as google, Twilio() as twilio:
        Thread(target=_make_links, args=(google,), daemon=True).start()
        print(json.dumps(settings(google, twilio, Path(sys.argv[1]))), flush=True)  # noqa: T201
        for order in sys.stdin:
            google.faults.clear()
            if order.strip() == "hang":
                google.faults.extend(Fault(each, "hang", times=10_000) for each in _METHODS)


def _make_links(google: Google) -> None:
    """Make the video links within a second: a line that finds none keeps asking for minutes."""
    while True:
        sleep(1)
        google.world.finish_meets()


if __name__ == "__main__":
    main()
