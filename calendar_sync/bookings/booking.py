"""A booking, and how to read one; `booking_writes` changes them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Literal

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from calendar_sync.availability.postgres_ranges import as_range, as_span, as_spans
from calendar_sync.availability.span import Span
from calendar_sync.clinician import DEFAULT_ID
from calendar_sync.errors import BookingNotFoundError

State = Literal["held", "booked", "released", "cancelled"]

Chart = tuple[tuple[str, str], ...]
"""The caller's keypad answers in the order asked, as (label, words that staff read)."""


@dataclass(frozen=True, slots=True)
class Booking:
    """A row of `booking`: a time that one call holds, has booked, or has lost."""

    id: int
    call_sid: str
    step: str
    clinician: int
    slot: Span
    state: State
    expires_at: datetime
    confirmed_at: datetime | None
    outcome: Literal["taken", "failed", "staff", "patient"] | None
    generation: int
    event_id: str | None
    etag: str | None
    visit_code: str | None
    language: str
    number: str | None
    chart: Chart
    text_number: str | None
    text_consent_at: datetime | None
    text_wording: str | None
    promised: Span | None = None
    """The time that the patient was last told; None if they know of no visit."""
    promised_clinician: str | None = None
    """Whose visit it is by what the patient was last told; None if that has never changed."""
    written: tuple[str, ...] = ()
    """Digests of the texts that we gave its event; any other text is staff's."""
    video_link: str | None = None
    """Made by the calendar; "" if it makes none, None while that is open."""
    warning: str = ""
    """What staff should check, as their event says it."""
    text_trouble: str = ""
    """Why a patient who agreed to texts can get none, in words for staff; "" if they can."""
    confirmed_by_text: datetime | None = None
    """When the patient replied that they will come."""
    reacted_by_text: datetime | None = None
    """When the patient last reacted to a text of ours, such as with a like; no confirmation."""
    moves: int | None = None
    """Of a held time that its patient confirmed: the visit that moves to it."""
    moved_at: datetime | None = None
    """When the patient last moved it."""
    changed_by: Literal["page", "phone"] | None = None
    """How the patient last moved or cancelled it; of a time that it moves to, how they said so."""
    confirmed_by_phone: datetime | None = None
    """When the patient said in a call that they will come."""
    text_again_at: datetime | None = None
    """When the patient last asked for the text about the visit once more."""
    patient_name: str | None = None
    """As given on the patient's page; one line of at most 80 characters."""
    patient_email: str | None = None
    booked_at: datetime | None = None
    """When the caller said yes, by the clinic's clock; `confirmed_at` is by the database's."""
    clinician_id: str = DEFAULT_ID
    """Whose visit it is; `clinician` is only the number that keeps times apart."""
    waiting_note: str = ""
    """What its event says about the waiting list."""
    cancelled_at: datetime | None = None
    """When the patient last canceled it, by the clinic's clock."""
    cancel_notes: tuple[str, ...] = ()
    """The ids of the events that tell staff of that, the latest last."""
    withdrawn_at: datetime | None = None
    """When the event of a visit that its patient cancelled was gone; after that it is staff's."""


_CONVERTED = {"slot", "chart", "promised", "written", "cancel_notes"}
_COLUMNS = tuple(field.name for field in fields(Booking) if field.name not in _CONVERTED)


@dataclass(frozen=True, slots=True)
class BookingNote:
    """What a call knows of its caller: language code, E.164 number or None, keypad answers.

    `chart` is label -> words in the order asked. The words for a skipped question are "skipped";
    see `Clinic.chart_labels` for labels with a place of their own. `at` is when the caller said
    yes, by the clinic's clock in UTC; None is now.
    """

    language: str
    number: str | None
    chart: Mapping[str, str] = field(default_factory=dict[str, str])
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Booked:
    """The calendar has the event: this time and this code may be spoken as booked."""

    slot: Span
    visit_code: str
    clinician_id: str = DEFAULT_ID


@dataclass(frozen=True, slots=True)
class Pending:
    """Held, and the calendar has not answered yet: neither booked nor lost."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Somebody else has this time; offer others."""


@dataclass(frozen=True, slots=True)
class NotBooked:
    """Certainly not booked, for a reason that other times would share; offer a call back."""


Status = Booked | Pending | Taken | NotBooked


async def booking(conn: AsyncConnection, booking_id: int, *, lock: bool = False) -> Booking:
    """The booking with this id; `lock` locks the row until the transaction ends.

    Raises BookingNotFoundError.
    """
    statement = "SELECT * FROM booking WHERE id = %s"
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(statement + " FOR UPDATE" if lock else statement, [booking_id])
        row = await cursor.fetchone()
    if row is None:
        raise BookingNotFoundError(booking_id)
    return from_row(row)


async def bookings_of_call(conn: AsyncConnection, call_sid: str) -> list[Booking]:
    """Every time that this call ever held, oldest first, released ones too."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute("SELECT * FROM booking WHERE call_sid = %s ORDER BY id", [call_sid])
        return [from_row(row) async for row in cursor]


async def coming_visits(conn: AsyncConnection, now: datetime) -> list[Booking]:
    """Visits in the calendar that are not over at `now` (aware), the next one first."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            "SELECT * FROM booking WHERE state = 'booked' AND upper(during) > %s ORDER BY during",
            [now],
        )
        return [from_row(row) async for row in cursor]


async def live_bookings(
    conn: AsyncConnection,
    within: Span,
    but_for: str = "",
    clinician_id: str = DEFAULT_ID,
    *,
    holds: bool = True,
) -> tuple[Span, ...]:
    """A clinician's times that overlap `within` and are booked, confirmed, or held and not expired.

    Those that touch are one. Unconfirmed holds of the call `but_for` (its `call_sid`) do not count;
    without `holds`, none do.
    """
    rows = await conn.execute(
        """
        SELECT coalesce(range_agg(during), '{}')::text FROM booking
        WHERE during && %s AND clinician_id = %s
          AND (state = 'booked'
               OR state = 'held' AND (confirmed_at IS NOT NULL
                                      OR expires_at > now() AND call_sid <> %s AND %s))
        """,
        [as_range(within), clinician_id, but_for, holds],
    )
    [taken] = await rows.fetchone() or ["{}"]
    return as_spans(taken)


async def pending_move(conn: AsyncConnection, visit_id: int) -> Booking | None:
    """The held time that this visit is being moved to now, or None."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            "SELECT * FROM booking WHERE moves = %s AND state = 'held'", [visit_id]
        )
        row = await cursor.fetchone()
    return None if row is None else from_row(row)


async def status(conn: AsyncConnection, booking_id: int) -> Status:
    """What may be said of this booking now. Raises BookingNotFoundError.

    A hold that expired or was released is Taken: its time is not this caller's any more.
    """
    rows = await conn.execute(
        "SELECT state, outcome, during, visit_code, clinician_id FROM booking WHERE id = %s",
        [booking_id],
    )
    match await rows.fetchone():
        case None:
            raise BookingNotFoundError(booking_id)
        case ("booked", _, during, visit_code, clinician_id):
            return Booked(as_span(during), visit_code or "", clinician_id)
        case ("held", *_):
            return Pending()
        case ("released", outcome, *_):
            return NotBooked() if outcome == "failed" else Taken()
        case _:
            return NotBooked()


WAITING = "waiting-"
"""How the `call_sid` of a time begins that is held for somebody on the waiting list."""


def holder_of(visit_id: int) -> str:
    """The `call_sid` of times that are held to move a visit to, so that no call releases them."""
    return f"visit-{visit_id}"


def from_row(row: dict[str, Any]) -> Booking:
    """A row of `SELECT *` as a Booking; columns that are unknown here are ignored.

    The chart is stored as a list of pairs, because jsonb does not keep the order of an object.
    """
    columns = {name: row[name] for name in _COLUMNS}
    chart = tuple((label, words) for label, words in row["chart"])
    return Booking(
        **columns,
        slot=as_span(row["during"]),
        chart=chart,
        promised=as_span(row["promised"]) if row["promised"] else None,
        written=tuple(row["written"]),
        cancel_notes=tuple(row["cancel_notes"]),
    )
