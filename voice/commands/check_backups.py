"""What `screening-line check` says of back-ups: the last one, and the last restore."""

from datetime import datetime, timedelta

from voice.commands.backup import BackupError, age_of_newest, backup_key, last_restore
from voice.commands.findings import Line
from voice.database.sealed_file import SealedFileError
from voice.settings import Settings

_EVERY_NIGHT = timedelta(hours=36)
_ONCE_A_QUARTER = timedelta(days=100)


def look(settings: Settings, now: datetime) -> list[Line]:
    """Say how old both are, and what to do."""
    if not settings.backup_key_file:
        remedy = "run `screening-line setup --only alerts`, unless whoever hosts the database does"
        return [("note", f"none are made, as BACKUP_KEY_FILE is not set; {remedy}")]
    try:
        backup_key(settings)
    except (BackupError, SealedFileError) as error:
        return [("wrong", f"{error}")]
    age = age_of_newest(settings, now)
    if age is None:
        remedy = "run `screening-line backup` now, and every night"
        return [("note", f"none in {settings.backup_dir} yet; {remedy}")]
    return [_newest(age), _drill(settings, now)]


def _newest(age: timedelta) -> Line:
    if age <= _EVERY_NIGHT:
        return "ok", f"the last one is {_shown(age)} old"
    remedy = "see why `screening-line backup` does not run every night, and run it now"
    return "wrong", f"the last one is {_shown(age)} old; {remedy}"


def _drill(settings: Settings, now: datetime) -> Line:
    tried = last_restore(settings)
    remedy = "try the newest one with `screening-line restore --drill FILE`, which changes nothing"
    if tried is None:
        return "note", f"no restore has been tried here; {remedy}"
    age = now - tried
    if age > _ONCE_A_QUARTER:
        return "note", f"the last restore was tried {_shown(age)} ago; {remedy}"
    return "ok", f"the last restore was tried {_shown(age)} ago"


def _shown(age: timedelta) -> str:
    hours = round(age.total_seconds() / 3600)
    return f"{hours} hours" if age < timedelta(days=2) else f"{age.days} days"
