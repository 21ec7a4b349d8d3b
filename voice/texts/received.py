"""A text that somebody sent, and whether it only repeats an earlier one."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg import AsyncConnection

from calendar_sync.private_fields import Lookup
from voice.texts.keywords import Meaning
from voice.texts.quotes import plain_words


@dataclass(frozen=True, slots=True)
class Received:
    """An inbound text: its SID, the sender in E.164 ("" if not usable), and its body."""

    sid: str
    number: str
    body: str

    @property
    def digest(self) -> Lookup:
        """What tells that a number sends the same text again; the text itself is not stored."""
        said = f"{self.number} {self.body.strip()}".encode(errors="replace")
        return Lookup(hashlib.sha256(said).hexdigest())

    @property
    def is_command(self) -> bool:
        """Whether it is one word, as a patient may send again: C, M, yes."""
        return len(plain_words(self.body)) == 1


async def repeats(conn: AsyncConnection, text: Received, meaning: Meaning, now: datetime) -> bool:
    """Whether the same text was answered within 24 hours, as those of an auto-responder are.

    Staff are asked to call all the same. C and M are answered again: what they mean has changed.
    """
    if meaning in {"confirm", "move"} and text.is_command:
        return False
    rows = await conn.execute(
        "SELECT FROM text_reply WHERE number = %s AND digest = %s AND answer <> '' AND at > %s",
        [Lookup(text.number), text.digest, now - timedelta(days=1)],
    )
    return await rows.fetchone() is not None
