"""What can go wrong on the calendar side that is not an expected outcome."""

from typing import TypeVar

from calendar_sync.calendars.contract import Unknown

T = TypeVar("T")


class CalendarError(Exception):  # faults are named by what happened
    """Base of every fault raised here; its text says what happened and what to do."""


class BookingNotFoundError(CalendarError, LookupError):  # the same
    """No booking has this id; ask with an id that `hold` returned in this database."""

    def __init__(self, booking_id: int) -> None:
        """`booking_id` as it was asked for."""
        super().__init__(f"There is no booking {booking_id}; ask with an id that hold() returned.")


class NotYet(CalendarError):  # noqa: N818  # no error: the job asks to be run again
    """The diary could not say; the job runs again, no sooner than `wait` seconds from now."""

    def __init__(self, why: str, wait: int = 0) -> None:
        """`why` without any number or answer; `wait` in seconds."""
        super().__init__(f"Not settled yet: {why}. The job runs again by itself.")
        self.wait = wait


def known(answer: T | Unknown) -> T:
    """The diary's answer, for a job that cannot go on without one. Raises NotYet for Unknown."""
    if isinstance(answer, Unknown):
        raise NotYet(answer.why, answer.wait)
    return answer
