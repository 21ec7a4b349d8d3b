"""The jobs of the calendar side are declared on this blueprint; the line's queue takes it in."""

from procrastinate import BaseRetryStrategy, Blueprint, JobContext, RetryDecision
from procrastinate.jobs import Job

from calendar_sync.clinic import Clinic
from calendar_sync.errors import NotYet

HOUSEKEEPING = "housekeeping"
"""The queue of periodic jobs, whose rows are of no interest an hour later."""

FIRST, LATER = 10, -10
"""Priorities: what a caller on the line waits for, and what nobody does; between them all else."""

_LONGEST_WAIT = 300  # seconds

blueprint = Blueprint()


class UntilSettled(BaseRetryStrategy):
    """Again at once, then after 1, 2, 4 .. 300 seconds, and never given up.

    The first retries are quick because a caller may be waiting on the line.
    """

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:
        """Ask the queue for another try."""
        return RetryDecision(retry_in={"seconds": self.wait(exception, job.attempts)})

    @staticmethod
    def wait(trouble: BaseException, attempts: int) -> int:
        """Seconds to wait, after so many tries before this one; more if the diary asked for it."""
        asked = trouble.wait if isinstance(trouble, NotYet) else 0
        return max(asked, min(_LONGEST_WAIT, (1 << min(attempts, 16)) // 2))


def clinic_of(context: JobContext) -> Clinic:
    """The desk that the worker was started with, as `additional_context={"clinic": desk}`."""
    clinic: Clinic = context.additional_context["clinic"]
    return clinic
