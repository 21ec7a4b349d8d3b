"""Faults that a test injects between the client and the stand-in, before or after the effect."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["status", "hang", "reset", "not json", "empty", "half"]


@dataclass
class Fault:
    """A fault for the next `times` requests of a method ("" is any but "token", the sign-in).

    `after`: the effect has happened and only the answer is lost. `skip` lets some pass first.
    """

    on: str
    kind: Kind = "status"
    status: int = 503
    reason: str = ""
    retry_after: int | None = None
    after: bool = False
    times: int = 1
    skip: int = 0

    def meets(self, method: str) -> bool:
        """Whether this request fails; decrements the count if it does."""
        wanted = self.on == method or (not self.on and method != "token")
        if not wanted or self.times == 0:
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.times -= 1
        return True
