"""How a job that cannot finish yet is run again."""

from typing import TypeVar

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job

from calendar_sync.calendars.contract import Unknown
from calendar_sync.errors import BookingNotFoundError, CalendarError

T = TypeVar("T")

_MAX_DELAY = 300
"""Seconds between two attempts, unless the calendar asks for more."""


class NotYet(CalendarError):  # noqa: N818  # not an error: it asks the queue to run the job again
    """The calendar could not answer; the job runs again, no sooner than `wait` seconds from now."""

    def __init__(self, why: str, wait: int = 0) -> None:
        """`why` must hold no number and no answer of a caller; `wait` is in seconds."""
        super().__init__(f"Not settled yet: {why}. The job runs again by itself.")
        self.wait = wait


def known(answer: T | Unknown) -> T:
    """Return the calendar's answer. Raises NotYet if it is Unknown."""
    if isinstance(answer, Unknown):
        raise NotYet(answer.why, answer.wait)
    return answer


class UntilSettled(BaseRetryStrategy):
    """Retries forever: immediately, then after 1, 2, 4 ... 300 seconds.

    The first retries are quick because a caller may be waiting on the line. A job whose booking was
    deleted has nothing left to do and is not run again.
    """

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Schedule the next attempt."""
        if isinstance(exception, BookingNotFoundError):
            return None
        return RetryDecision(retry_in={"seconds": self.wait(exception, job.attempts)})

    @staticmethod
    def wait(error: BaseException, attempts: int) -> int:
        """Seconds until the next attempt after `attempts` earlier ones; NotYet can ask for more."""
        requested = error.wait if isinstance(error, NotYet) else 0
        return max(requested, min(_MAX_DELAY, (1 << min(attempts, 16)) // 2))
