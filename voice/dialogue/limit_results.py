"""What an effect brings when a limit, or many calls at once, stand against it."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class OverLimit:
    """The caller, or all callers together, may take no further time now."""

    kind: Literal["over limit"] = "over limit"


@dataclass(frozen=True, slots=True)
class KeyBack:
    """Unusually many calls come in: the caller has to key these digits, which the call speaks."""

    digits: str
    kind: Literal["key back"] = "key back"
