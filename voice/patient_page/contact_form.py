"""Checks the name and email that a patient typed."""

import re
import unicodedata
from dataclasses import dataclass

from voice.language import Text
from voice.patient_page import wording

_LONGEST_NAME, _LONGEST_EMAIL = 80, 254
_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
"""As in HTML's email fields, with a dot in the domain."""
_ADDRESS = re.compile(r"[/\\:@]|\w{2}[.\u3002\uff0e\uff61]\w{2}")
"""A link or an email address: staff read the name in an event, where it would become one.

Browsers take the other dots for a dot: https://www.unicode.org/reports/tr46/#Notation.
"""


@dataclass(frozen=True, slots=True)
class Contact:
    """What was typed, without extra white space, and what is wrong with it; "" was left out."""

    name: str
    email: str
    name_wrong: Text | None = None
    email_wrong: Text | None = None

    @property
    def is_fine(self) -> bool:
        """Whether both can be stored."""
        return self.name_wrong is None and self.email_wrong is None


def contact(name: str, email: str) -> Contact:
    """Check both; extra white space is removed."""
    name, email = " ".join(name.split()), email.strip()
    fine = not email or (len(email) <= _LONGEST_EMAIL and _EMAIL.fullmatch(email))
    return Contact(
        name,
        email,
        _wrong_with(name),
        None if fine else wording.EMAIL_WRONG,
    )


def _wrong_with(name: str) -> Text | None:
    odd = any(unicodedata.category(each) in {"Cc", "Cf", "Cs", "Co", "Cn"} for each in name)
    if odd or len(name) > _LONGEST_NAME:
        return wording.NAME_WRONG
    return wording.NAME_IS_ADDRESS if _ADDRESS.search(name) else None
