"""What a sender of texts promises, whoever it is: Twilio, or the demo's own."""

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Accepted:
    """The sender has the text under this name and delivers it; `arrived`: it has done so."""

    sid: str
    arrived: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """Certainly not sent; `code` is Twilio's, see outcomes."""

    code: int


@dataclass(frozen=True, slots=True)
class Busy:
    """Certainly not sent, because there was too much to send; `wait` in seconds, 0 if not said."""

    wait: int = 0


@dataclass(frozen=True, slots=True)
class Unsure:
    """Perhaps sent, perhaps not: look before sending it again. `why` holds no number."""

    why: str


@dataclass(frozen=True, slots=True)
class Absent:
    """No such text was sent."""


class Sender(Protocol):
    """Sends texts; raises nothing for what the other side can do wrong."""

    async def send(self, to: str, body: str, text_id: int) -> Accepted | Refused | Busy | Unsure:
        """Send one text to a number in E.164; `text_id` comes back with its status."""
        ...

    async def look(
        self, to: str, digests: Collection[str], known: Collection[str]
    ) -> Accepted | Absent | Unsure:
        """Find a text to this number by its words, among those that are not `known` by name."""
        ...

    def close(self) -> None:
        """Close its connections."""
        ...


def digest(body: str) -> str:
    """What is kept of a text that was sent, to know it again."""
    return sha256(body.encode()).hexdigest()
