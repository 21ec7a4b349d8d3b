"""What every sender of texts does, whether Twilio or the demo's own."""

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Accepted:
    """The sender has the text under this SID and will deliver it; `arrived`: it already has."""

    sid: str
    arrived: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """Certainly not sent; `code` is Twilio's, see twilio_errors."""

    code: int


@dataclass(frozen=True, slots=True)
class Busy:
    """Certainly not sent, because there was too much to send; retry later."""


@dataclass(frozen=True, slots=True)
class Unsure:
    """Perhaps sent, perhaps not: look before sending again. `why` contains no number."""

    why: str


@dataclass(frozen=True, slots=True)
class Reported:
    """Twilio's status of a message and, if it failed, its error code."""

    status: str
    code: int | None = None


@dataclass(frozen=True, slots=True)
class Absent:
    """The sender has no such text."""


class Sender(Protocol):
    """Sends texts; whatever goes wrong at the other end is an answer, never an exception."""

    async def send(self, to: str, body: str, text_id: int) -> Accepted | Refused | Busy | Unsure:
        """Send one text to a number in E.164; `text_id` comes back with its status."""
        ...

    async def look(
        self, to: str, digests: Collection[str], known: Collection[str]
    ) -> Accepted | Absent | Unsure:
        """Find a text to this number by its digest, leaving out those whose SID is `known`."""
        ...

    async def status(self, sid: str) -> Reported | Absent | Unsure:
        """What became of the message with this SID."""
        ...

    def close(self) -> None:
        """Close its connections."""
        ...


def digest(body: str) -> str:
    """What is stored of a body, to recognize it at Twilio."""
    return sha256(body.encode()).hexdigest()
