"""What a program that places calls reads from a TwiML document: how it goes on, by which keys."""

import re
from collections.abc import Mapping
from html import unescape
from typing import TypeVar

Entry = TypeVar("Entry")
_NEXT = re.compile(r'<Gather[^>]*action="([^"]+)"|<Redirect[^>]*>([^<]+)<')
_AT = re.compile(r"[?&]at=([a-z0-9_.]+)")


def next_request(body: str) -> tuple[str, str] | None:
    """The URL of the next request and the step in it, "" if it names none; None at the end."""
    found = _NEXT.search(body)
    if found is None:
        return None
    url = unescape(found[1] or found[2])
    step = _AT.search(url)
    return url, step[1] if step else ""


def at_step(entries: Mapping[str, Entry], step: str) -> Entry | None:
    """The entry whose name the step begins with; the longest such name counts."""
    names = [name for name in entries if step.startswith(name)]
    return entries[max(names, key=len)] if names else None


def is_offered(key: str, body: str) -> bool:
    """Whether a prompt names this key."""
    return f"press {key}" in body
