"""What `screening-line check` says: one line each, with the remedy; what it tries it takes back."""

import asyncio
from dataclasses import dataclass
from typing import Literal

from voice import clinical_signoff
from voice.database import connection
from voice.database.embedded import Engine
from voice.database.migrations import newest
from voice.errors import DatabaseError, SettingsError
from voice.settings import Settings


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: "wrong" keeps `serve` from starting, "note" does not."""

    state: Literal["ok", "note", "wrong"]
    says: str


def check() -> list[Finding]:
    """Look at everything that `serve` needs."""
    findings: list[Finding] = []
    complete = False
    try:
        settings = Settings.load("live")
        complete = True
        findings.append(Finding("ok", "settings: complete"))
    except SettingsError as trouble:
        findings += [
            Finding("wrong", f"setting {line.strip()}") for line in str(trouble).splitlines()[1:]
        ]
        try:
            settings = Settings.load("demo")
        except SettingsError:
            return [*findings, *_wording(refused=True)]
    findings += _database(settings) + _calendar(settings)
    if complete:
        findings += _twilio(settings)
    return findings + _wording(refused=settings.unsigned_wording == "refuse")


def _database(settings: Settings) -> list[Finding]:
    if dsn := settings.database_url.get_secret_value():
        return _look_at(dsn)
    try:
        engine = Engine(settings.data_dir)
        if not engine.cluster.exists():
            return [
                Finding("note", f"database: will be made in {engine.data_dir} at the first start")
            ]
        try:
            engine.start()
            name = "screening_line"
            if not connection.exists(engine.dsn("postgres"), name):
                return [
                    Finding("note", "database: the engine runs; the first start makes the tables")
                ]
            return _look_at(engine.dsn(name))
        finally:
            engine.stop()
    except DatabaseError as trouble:
        return [Finding("wrong", f"database: {trouble}")]


def _look_at(dsn: str) -> list[Finding]:
    """Does it answer, does it keep what it acknowledged, does it have today's tables."""
    try:
        off = connection.settings_off(dsn)
        version = connection.migrated_to(dsn)
    except DatabaseError as trouble:
        return [Finding("wrong", f"database: {trouble}")]
    durable = Finding("ok", "database: answers, and keeps what it acknowledged")
    if off:
        durable = Finding(
            "wrong", f"database: {', '.join(off)} is off; turn it on in its configuration"
        )
    if version == newest():
        return [durable, Finding("ok", f"tables: version {version}")]
    return [
        durable,
        Finding(
            "note", f"tables: version {version or 'none'}; the next start brings them to {newest()}"
        ),
    ]


def _calendar(settings: Settings) -> list[Finding]:
    if not settings.google_credentials_file:
        says = "calendar: the local diary; bookings are not in Google Calendar"
        return [Finding("note", says)]
    from voice.commands.check_google import look  # noqa: PLC0415  # Google's client is large

    return [Finding(state, f"calendar: {says}") for state, says in asyncio.run(look(settings))]


def _twilio(settings: Settings) -> list[Finding]:
    from voice.commands.check_twilio import look  # noqa: PLC0415  # so is Twilio's

    return [Finding(state, f"twilio {says}") for state, says in asyncio.run(look(settings))]


def _wording(*, refused: bool) -> list[Finding]:
    missing = clinical_signoff.unsigned()
    if not missing:
        return [Finding("ok", "wording: signed by the clinician")]
    remedy = "" if not refused else "; have it signed, or set UNSIGNED_WORDING=allow"
    return [Finding("wrong" if refused else "note", f"wording: {said}{remedy}") for said in missing]
