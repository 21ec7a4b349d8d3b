"""Which line a staff command is about: the live one or the demo, by what exists here."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from voice.database import connection
from voice.database.embedded import Engine
from voice.errors import ReportedError
from voice.settings import Mode, Settings

NEEDED = frozenset({"database_url", "data_dir", "clinic_time_zone", "routing", "staff_number"})
"""All settings that such a command uses."""


class NoLineError(ReportedError):
    """There is no database to look at."""


@dataclass(frozen=True, slots=True)
class ChosenLine:
    """The settings of the line, and a phrase that says which line it is."""

    settings: Settings
    name: str


def choose_line(*, demo: bool | None, demo_runs: Callable[[Path], bool]) -> ChosenLine:
    """The line that is meant: as `demo` says, else a running demo, else what has a database.

    `demo_runs` tells whether a demo is running on a data folder. Blocks. Raises NoLineError,
    DatabaseError, or SettingsError for the settings in NEEDED only.
    """
    settings: dict[Mode, Settings] = {
        mode: Settings.load_only(NEEDED, mode) for mode in ("live", "demo")
    }
    running = demo_runs(settings["demo"].data_dir)
    if running and demo is not False:
        return ChosenLine(settings["demo"], "the demo that is running")
    found = _modes_with_database(settings)
    wanted: Mode | None = None if demo is None else "demo" if demo else "live"
    mode = wanted or ("live" if "live" in found or "demo" not in found else "demo")
    if mode not in found:
        raise NoLineError(_nothing_here(settings["demo"], wanted))
    if mode == "demo":
        return ChosenLine(settings["demo"], "the demo (it is not running)")
    others = "; add --demo for the demo's" if "demo" in found and wanted is None else ""
    return ChosenLine(settings["live"], f"the live line{others}")


def _modes_with_database(settings: dict[Mode, Settings]) -> set[Mode]:
    if dsn := settings["live"].database_url.get_secret_value():
        found = {
            "live": connection.migrated_to(dsn) is not None,
            "demo": connection.exists(dsn, settings["demo"].database_name),
        }
    else:
        engine = Engine(settings["live"].data_dir)
        if not engine.cluster.exists():
            return set()
        try:
            engine.start()
            server = engine.dsn("postgres")
            found = {
                mode: connection.exists(server, settings[mode].database_name) for mode in settings
            }
        finally:
            engine.stop()
    return {mode for mode in settings if found[mode]}


def _nothing_here(settings: Settings, wanted: Mode | None) -> str:
    kind = {None: "No line", "live": "No live line", "demo": "No demo"}[wanted]
    where = (
        "with the database of DATABASE_URL"
        if settings.database_url.get_secret_value()
        else f"on the data folder {settings.data_dir.resolve()}"
    )
    return (
        f"{kind} has run {where} yet, so there is nothing to show. Start one first, or run this in "
        "the folder that has the line's .env."
    )
