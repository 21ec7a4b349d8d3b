"""What a run is made of, as the command line says it, and the settings of the line in it."""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from prove.calendar_events import ZONE
from prove.network import BASE, TOKEN
from stand_ins.google.server import DOCTOR, SCREENINGS, Google
from stand_ins.twilio.resources import CLINIC
from stand_ins.twilio.server import ACCOUNT, Twilio
from support.data_key import DATA_KEY

TEAM = Path(__file__).with_name("team.toml")
"""The clinic's therapists in a run; what staff have in the doctor's calendar blocks both."""


@dataclass
class Options:
    """What a run is made of; every number can be given on the command line."""

    minutes: float = 2.0
    seed: int = 1
    shape: str = "one"
    """one: one process with the embedded database; pair: a web and a worker process, with a
    database of the run's own; split: two of each."""
    calls: int = 24
    """Calls at the same time."""
    kill: float = 3.0
    """Mean seconds that a process lives until it is killed; 0: none is, nor at a point."""
    points: float = 0.7
    """The share of processes that die by themselves at one of some effect points."""
    fault: float = 1.5
    """Mean seconds between two faults of Google or Twilio; 0: none."""
    edit: float = 0.6
    """Mean seconds between two edits by staff; 0: none."""
    database: float = 0.0
    """Mean seconds between two deaths or freezes of the database; 0: none."""
    freezes: float = 0.4
    """The share of those that are freezes."""
    deeds: str = ""
    """What staff do, when not everything, such as "cover:3,note:1", by weight."""
    late: int = 8
    """How many edits staff make at the very end, when nothing else makes the line look."""
    races: float = 0.05
    """The share of the line's changes of events just before which staff write a note there."""
    hasty: float = 0.0
    """The share of new visits whose event staff delete before the line has looked at it."""
    unreported: float = 0.0
    """The share of texts of which Twilio posts no status while things fail."""
    twilio: float = 0.4
    """The share of the other faults that are Twilio's."""
    lost: float = 0.0
    """The share of the faults that are an insert whose answer gets lost."""
    lag: float = 0.0
    """Seconds for which Google does not show a new visit among the busy times."""
    hang: float = 0.0
    """The share of faults that are a Google that does not answer inserts."""
    blind: float = 0.0
    """Mean seconds between two times in which Google shows no busy times, while staff add some."""
    danger: float = 0.0
    """The share of safety questions that are answered with yes or not sure, besides the usual."""
    hangs: float = 1.0
    """How much more often than usual patients hang up."""
    rush: float = 0.0
    """Seconds between the moments at which all who choose a time choose the first; 0: at will."""
    online: float = 0.8
    """The share of texts that are answered, and of links in them that are opened."""
    wish: str = ""
    """What patients use on their page before all else, such as "cancel"."""
    doubled: float = 0.03
    """The share of requests that arrive twice at once."""
    poll: int = 5
    """How often in seconds the line does what it does every minute otherwise."""
    jumps: int = 2
    """How often the clock jumps on in the quiet time."""
    template: str = ""
    """A data folder with a database of this release, which is copied instead of made."""
    table: str = ""
    """A file with a table to which the result is appended as a row: see `long`."""
    keep: bool = False
    """Keep the folder with the logs also when nothing was broken."""


def read_options(about: str) -> Options:
    """The command line's; `about` is what --help says first."""
    parser = argparse.ArgumentParser(description=about)
    for name, value in vars(Options()).items():
        if isinstance(value, bool):
            parser.add_argument(f"--{name}", action="store_true")
        else:
            parser.add_argument(f"--{name}", type=type(value), default=value)
    return Options(**vars(parser.parse_args()))


def run_folder(prefix: str, within: Path | None = None) -> Path:
    """A new folder for a run, which PostgreSQL's user may pass when root runs it."""
    folder = Path(mkdtemp(prefix=prefix, dir=within))
    folder.chmod(0o711)
    return folder


def settings(google: Google, twilio: Twilio, folder: Path) -> dict[str, str]:
    """A live line at these stand-ins, open long and far ahead, with no limits on callers.

    Its data and its credentials file are in `folder`.
    """
    credentials = folder / "google.json"
    credentials.write_text(json.dumps(google.credentials()))
    return {
        **settings_without_google(twilio, folder),
        "GOOGLE_CREDENTIALS_FILE": str(credentials),
        "GOOGLE_SCREENINGS_CALENDAR_ID": SCREENINGS,
        "GOOGLE_BUSY_CALENDAR_IDS": DOCTOR,
        "GOOGLE_API_URL": google.url,
        "STAFF_NUMBER": "+14255550142",
        "OPENING_HOURS": "Mon-Sun 06:00-22:00",
        "HORIZON_DAYS": "30",
        "LIMITS": "off",
        "CALL_CHECK_MINUTES": "1",
        "BAA_GOOGLE": "yes",
    }


def settings_without_google(twilio: Twilio, folder: Path) -> dict[str, str]:
    """What a live line at this stand-in of Twilio needs at least; its calendar is its own."""
    return {
        "DATA_DIR": str(folder / "data"),
        "DATA_KEY": DATA_KEY,
        "PUBLIC_BASE_URL": BASE,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_API_URL": twilio.url,
        "CLINIC_NAME": "BodyFix Physical Therapy",
        "CLINIC_NUMBER": CLINIC,
        "CLINIC_EMAIL": "info@bodyfixpt.com",
        "CLINIC_TIME_ZONE": ZONE,
        "UNSIGNED_WORDING": "allow",
        "BAA_TWILIO": "yes",
    }
