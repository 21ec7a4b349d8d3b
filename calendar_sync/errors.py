"""Errors of the calendar code; expected outcomes are return values instead."""


class CalendarError(Exception):
    """Base of every error raised here; its text says what happened and what to do."""


class BookingNotFoundError(CalendarError, LookupError):
    """No booking has this id; ask with an id that `hold` returned in this database."""

    def __init__(self, booking_id: int) -> None:
        """`booking_id` is the one that was asked for."""
        super().__init__(f"There is no booking {booking_id}; ask with an id that hold() returned.")
