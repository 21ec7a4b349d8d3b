"""What `screening-line check` finds: one line each, with the remedy. It leaves nothing behind."""

import asyncio
import re
from pathlib import Path
from urllib.parse import urlsplit

from voice import clinical_signoff
from voice.clock import utc_now
from voice.commands import (
    check_backups,
    check_clinic,
    check_clinicians,
    check_database,
    check_sign_in,
)
from voice.commands.findings import Finding, findings
from voice.errors import SettingsError
from voice.phone_numbers import shown_number
from voice.setting_types import LOOPBACK
from voice.settings import Settings

_TOKEN = re.compile(r"[0-9a-f]{32}")
_OTHERS_READ = 0o044


def check() -> list[Finding]:
    """Check everything that a live line needs."""
    try:
        settings = Settings.load("live")
    except SettingsError as error:
        missing = [Finding("wrong", f"setting {line.strip()}") for line in _settings_named(error)]
        try:
            settings = Settings.load("demo")
        except SettingsError:
            return [*missing, *_wording(refused=True)]
        return [
            *missing,
            *check_database.look(settings),
            *_calendar(settings),
            *_wording(refused=settings.unsigned_wording == "refuse"),
        ]
    now = utc_now()
    today = now.astimezone(settings.zone).date()
    return [
        *_settings(settings),
        *_files(settings),
        *check_database.look(settings),
        *findings("back-ups: ", check_backups.look(settings, now)),
        *_calendar(settings),
        *check_clinicians.look(settings),
        *findings("holidays: ", check_clinic.holidays(settings, today)),
        *findings("agreements: ", check_clinic.agreements(settings)),
        *_twilio(settings),
        *_wording(refused=settings.unsigned_wording == "refuse"),
    ]


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
    named = (
        ".env",
        settings.google_credentials_file,
        settings.backup_key_file,
        settings.data_key_file,
    )
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


def _calendar(settings: Settings) -> list[Finding]:
    if not settings.google_credentials_file:
        says = "calendar: a local one; bookings are not in Google Calendar"
        return [Finding("note", says)]
    from voice.commands.check_google import look  # noqa: PLC0415  # Google's client is large

    file = Path(settings.google_credentials_file)
    lines = [*asyncio.run(look(settings)), *check_sign_in.look(file, utc_now())]
    return findings("calendar: ", lines)


def _twilio(settings: Settings) -> list[Finding]:
    from voice.commands.check_twilio import look  # noqa: PLC0415  # Twilio's client is large

    return findings("twilio ", asyncio.run(look(settings)))


def _wording(*, refused: bool) -> list[Finding]:
    missing = clinical_signoff.unsigned()
    if not missing:
        return [Finding("ok", "wording: signed by the clinician")]
    remedy = "; have it signed, or set UNSIGNED_WORDING=allow" if refused else ""
    return [Finding("wrong" if refused else "note", f"wording: {said}{remedy}") for said in missing]
