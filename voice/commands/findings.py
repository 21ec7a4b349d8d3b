"""What `screening-line check` reports: one line for each thing it looked at, with the remedy."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

Line = tuple[Literal["ok", "note", "wrong"], str]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line; "wrong" means that a live line would not work, "note" that it would do less."""

    state: Literal["ok", "note", "wrong"]
    says: str


def findings(subject: str, lines: Iterable[Line]) -> list[Finding]:
    """The lines as findings, each beginning with what they are about."""
    return [Finding(state, f"{subject}{says}") for state, says in lines]


def is_wrong(found: list[Finding]) -> bool:
    """Whether a live line would not work."""
    return any(each.state == "wrong" for each in found)


def as_text(found: list[Finding]) -> str:
    """One line per finding."""
    return "\n".join(f"{each.state:>5}  {each.says}" for each in found)


def as_json(found: list[Finding]) -> str:
    """The findings as a JSON object: `ok`, and `findings` with `state` and `says`."""
    listed = [asdict(each) for each in found]
    return json.dumps({"ok": not is_wrong(found), "findings": listed}, indent=1)
