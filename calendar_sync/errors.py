"""What can go wrong on the calendar side that is not an expected outcome."""


class CalendarError(Exception):  # faults are named by what happened
    """Base of every fault raised here; its text says what happened and what to do."""


class BookingNotFoundError(CalendarError, LookupError):  # the same
    """No booking has this id; ask with an id that `hold` returned in this database."""

    def __init__(self, booking_id: int) -> None:
        """`booking_id` as it was asked for."""
        super().__init__(f"There is no booking {booking_id}; ask with an id that hold() returned.")
