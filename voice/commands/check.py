"""What `screening-line check` finds: one line each, with the remedy. It leaves nothing behind."""

import asyncio
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from voice import clinical_signoff
from voice.database import connection
from voice.database.embedded import Engine
from voice.database.migrations import newest
from voice.database.session_needs import REMEDY, missing_session_needs
from voice.errors import DatabaseError, SettingsError
from voice.phone_numbers import shown_number
from voice.setting_types import LOOPBACK
from voice.settings import Settings

_TOKEN = re.compile(r"[0-9a-f]{32}")
_OTHERS_READ = 0o044


@dataclass(frozen=True, slots=True)
class Finding:
    """One line; "wrong" means that a live line would not work, "note" that it would do less."""

    state: Literal["ok", "note", "wrong"]
    says: str


def check() -> list[Finding]:
    """Check everything that a live line needs."""
    try:
        settings = Settings.load("live")
    except SettingsError as error:
        findings = [Finding("wrong", f"setting {line.strip()}") for line in _settings_named(error)]
        try:
            settings = Settings.load("demo")
        except SettingsError:
            return [*findings, *_wording(refused=True)]
        return [
            *findings,
            *_database(settings),
            *_calendar(settings),
            *_wording(refused=settings.unsigned_wording == "refuse"),
        ]
    return [
        *_settings(settings),
        *_files(settings),
        *_database(settings),
        *_calendar(settings),
        *_twilio(settings),
        *_wording(refused=settings.unsigned_wording == "refuse"),
    ]


def is_wrong(findings: list[Finding]) -> bool:
    """Whether a live line would not work."""
    return any(each.state == "wrong" for each in findings)


def as_text(findings: list[Finding]) -> str:
    """One line per finding."""
    return "\n".join(f"{each.state:>5}  {each.says}" for each in findings)


def as_json(findings: list[Finding]) -> str:
    """The findings as a JSON object: `ok`, and `findings` with `state` and `says`."""
    listed = [asdict(each) for each in findings]
    return json.dumps({"ok": not is_wrong(findings), "findings": listed}, indent=1)


def _settings_named(error: SettingsError) -> list[str]:
    """The lines of the error, one for each setting."""
    return str(error).splitlines()[1:]


def _settings(settings: Settings) -> list[Finding]:
    """What no parser can tell of settings that each look right."""
    wrong: list[str] = []
    if urlsplit(settings.public_base_url).hostname in LOOPBACK:
        wrong.append(
            f"PUBLIC_BASE_URL: only this computer can reach {settings.public_base_url}; set the "
            "public https address that Twilio can call"
        )
    if not all(map(_TOKEN.fullmatch, settings.tokens)):
        wrong.append(
            "TWILIO_AUTH_TOKEN: it cannot be an auth token, which is 32 characters of 0-9 and a-f; "
            "copy it from Twilio's console"
        )
    if settings.limits == "off":
        wrong.append("LIMITS: off is for load tests; robots could take every opening; remove it")
    complete = [] if wrong else [Finding("ok", "settings: complete")]
    return [
        *complete,
        *[Finding("wrong", f"setting {says}") for says in wrong],
        Finding("ok", f"clinic: {_facts(settings)}"),
        *[Finding("note", f"setting {says}") for says in _unset(settings)],
    ]


def _files(settings: Settings) -> list[Finding]:
    """Files with secrets that other users of this computer can read."""
    named = (".env", settings.google_credentials_file, settings.backup_key_file)
    files = [Path(name) for name in named if name and Path(name).is_file()]
    return [
        Finding("wrong", f"file {file}: other users can read its secrets; run: chmod 600 {file}")
        for file in files
        if file.stat().st_mode & _OTHERS_READ
    ]


def _facts(settings: Settings) -> str:
    facts = (
        settings.clinic_name,
        shown_number(settings.clinic_number),
        settings.clinic_email,
        settings.clinic_time_zone,
        settings.clinician_name,
    )
    return ", ".join(filter(None, facts))


def _unset(settings: Settings) -> list[str]:
    """Settings that a line can do without, and what that means."""
    unset: list[str] = []
    if not settings.staff_number:
        unset.append("STAFF_NUMBER is not set: key 0 rings no phone; callers ask for a call back")
    if not settings.video_url and not settings.uses_google:
        unset.append("VIDEO_URL is not set: staff have to send each patient a video link")
    if not settings.clinician_name:
        said = settings.clinician_spoken_en
        unset.append(f'CLINICIAN_NAME is not set: callers hear "{said}" in place of a name')
    return unset


def _database(settings: Settings) -> list[Finding]:
    if dsn := settings.database_url.get_secret_value():
        return _state_of(dsn) + _session(dsn)
    try:
        engine = Engine(settings.data_dir)
        if not engine.cluster.exists():
            says = f"database: the first start creates it in {engine.data_dir}"
            return [Finding("note", says)]
        try:
            engine.start()
            name = "screening_line"
            if not connection.exists(engine.dsn("postgres"), name):
                return [Finding("note", "database: it runs; the first start creates the tables")]
            return _state_of(engine.dsn(name))
        finally:
            engine.stop()
    except DatabaseError as error:
        return [Finding("wrong", f"database: {error}")]


def _state_of(dsn: str) -> list[Finding]:
    """Whether it answers, is durable, and has the newest tables."""
    try:
        off = connection.settings_off(dsn)
        version = connection.migrated_to(dsn)
    except DatabaseError as error:
        return [Finding("wrong", f"database: {error}")]
    durable = Finding("ok", "database: answers, and commits are durable")
    if off:
        durable = Finding(
            "wrong", f"database: {', '.join(off)} is off; turn it on in its configuration"
        )
    if version == newest():
        return [durable, Finding("ok", f"tables: version {version}")]
    migrates = f"the next start migrates them to {newest()}"
    return [durable, Finding("note", f"tables: version {version or 'none'}; {migrates}")]


def _session(dsn: str) -> list[Finding]:
    try:
        missing = missing_session_needs(dsn)
    except DatabaseError:
        return []  # the line before says so
    if not missing:
        return []
    lacks = " and ".join(missing)
    says = f"database: it is reached through a pooler in transaction mode: {lacks} do not work"
    return [Finding("wrong", f"{says}. {REMEDY}")]


def _calendar(settings: Settings) -> list[Finding]:
    if not settings.google_credentials_file:
        says = "calendar: a local one; bookings are not in Google Calendar"
        return [Finding("note", says)]
    from voice.commands.check_google import look  # noqa: PLC0415  # Google's client is large

    return [Finding(state, f"calendar: {says}") for state, says in asyncio.run(look(settings))]


def _twilio(settings: Settings) -> list[Finding]:
    from voice.commands.check_twilio import look  # noqa: PLC0415  # Twilio's client is large

    return [Finding(state, f"twilio {says}") for state, says in asyncio.run(look(settings))]


def _wording(*, refused: bool) -> list[Finding]:
    missing = clinical_signoff.unsigned()
    if not missing:
        return [Finding("ok", "wording: signed by the clinician")]
    remedy = "; have it signed, or set UNSIGNED_WORDING=allow" if refused else ""
    return [Finding("wrong" if refused else "note", f"wording: {said}{remedy}") for said in missing]
