"""How long the sign-in at Google lasts, as far as that is known.

The sign-in of an app whose publishing status is Testing ends after seven days. Source:
https://developers.google.com/identity/protocols/oauth2#expiration
"""

import json
from datetime import datetime, timedelta
from pathlib import Path

from voice.commands.findings import Line

_TESTING = timedelta(days=7)
_SOON = timedelta(days=3)
_PUBLISH = (
    "publish the app in Google's console (Audience), then sign in again with "
    "`screening-line setup --only calendar`"
)


def look(credentials: Path, now: datetime) -> list[Line]:
    """One line; none for a service account, or for a sign-in whose date was not kept."""
    try:
        kept = json.loads(credentials.read_text("utf-8"))
        signed_in = datetime.fromisoformat(kept["signed_in_at"])
        ends = datetime.fromisoformat(kept["ends_at"]) if kept.get("ends_at") else None
    except (OSError, ValueError, KeyError, TypeError):
        return []
    if ends is not None:
        left = ends - now
        says = f"the sign-in ends in {_days(left)}" if left > timedelta(0) else "the sign-in ended"
        return [("wrong" if left < _SOON else "note", f"{says}; {_PUBLISH}")]
    age = now - signed_in
    if age > _TESTING + timedelta(days=1):
        return [("ok", f"the sign-in is {_days(age)} old and has no known end")]
    soon = _days(signed_in + _TESTING - now)
    says = f"the sign-in is {_days(age)} old; if the app is in testing, it ends in {soon}"
    return [("note", f"{says}; {_PUBLISH}")]


def _days(length: timedelta) -> str:
    days = max(0, round(length / timedelta(days=1)))
    return "1 day" if days == 1 else f"{days} days"
