"""Faults that a test injects between the client and the stand-in, before or after the effect."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["code", "status", "hang", "reset", "not json"]


@dataclass
class Fault:
    """A fault for the next `times` requests of a method ("" is any).

    `after`: the effect has happened and only the answer is lost. "code" answers as Twilio does
    with that error, "status" with a bare HTTP status.
    """

    on: str
    kind: Kind = "status"
    code: int = 0
    status: int = 503
    after: bool = False
    times: int = 1

    def meets(self, method: str) -> bool:
        """Whether this request fails; decrements the count if it does."""
        if self.times == 0 or (self.on and self.on != method):
            return False
        self.times -= 1
        return True
