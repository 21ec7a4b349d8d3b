"""Marks what is stored about a person, so that a connection with a data key encrypts it.

Pass such a text to SQL in one of these types, both to store it and to compare it. Reading gives the
plain text back. A connection without a key stores the text as it is. Never compute on these columns
in SQL: the database knows only whether two values are equal.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Self, cast

from psycopg.types.json import Jsonb

LOOKED_UP = frozenset({"number", "patient_email", "text_number", "visit_code"})
"""Columns of table `booking` that are compared with others."""


class Lookup(str):
    """A text that is looked up by its value, such as a number (E.164): equal ones look equal."""

    __slots__ = ()


class Private(str):
    """A text that is only read. `of` says whose it is; equal texts of others look different."""

    __slots__ = ("of",)
    of: str

    def __new__(cls, text: str, of: str) -> Self:
        """`of` needs to be stored nowhere else: reading does without it."""
        new = super().__new__(cls, text)
        new.of = of
        return new


class PrivateJson(Jsonb):
    """A JSON value that is only read, for a jsonb column; `of` as in `Private`."""

    def __init__(self, value: object, of: str) -> None:
        """`value` is what `json.dumps` takes."""
        super().__init__(value)
        self.text = Private(json.dumps(value), of)


def private_columns(booking_id: int, values: Mapping[str, object]) -> dict[str, object]:
    """Values of table `booking`, by column, with those about a person marked."""
    marked = dict(values)
    for column in LOOKED_UP & values.keys():
        marked[column] = lookup(cast("str | None", values[column]))
    if isinstance(name := values.get("patient_name"), str):
        marked["patient_name"] = Private(name, f"name {booking_id}")
    return marked


def lookup(text: str | None) -> Lookup | None:
    """The text as a `Lookup`; None stays None."""
    return None if text is None else Lookup(text)


def private_chart(booking_id: int, chart: Iterable[tuple[str, str]]) -> PrivateJson:
    """The keypad answers of a booking, as (label, words) in the order asked."""
    return PrivateJson([list(line) for line in chart], f"chart {booking_id}")
