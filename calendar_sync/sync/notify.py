"""Jobs that text patients; `Clinic.notify` decides what is sent."""

from random import SystemRandom

from procrastinate import BaseRetryStrategy, JobContext, RetryDecision
from procrastinate.jobs import Job

from calendar_sync.job_queue import HOUSEKEEPING, LATER, TEXTS
from calendar_sync.retry import NotYet, UntilSettled
from calendar_sync.sync.blueprint import blueprint, clinic_of

_RANDOM = SystemRandom()
_MAX_DELAY = 900
"""Seconds between two attempts to send a text."""


class RetryText(BaseRetryStrategy):
    """Retries forever: exactly when NotYet says so, else after 30 to 60 seconds and then longer."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:
        """Schedule the next attempt."""
        known = exception.wait if isinstance(exception, NotYet) else 0
        return RetryDecision(retry_in={"seconds": known or self.back_off(job.attempts)})

    @staticmethod
    def back_off(attempts: int) -> int:
        """Seconds until the next attempt after `attempts` earlier ones.

        Doubled with each attempt up to 15 minutes; between half and all of it by chance, so that
        texts that failed together are not sent again together.
        """
        longest = min(_MAX_DELAY, 60 << min(attempts, 8))
        return _RANDOM.randint(longest // 2, longest)


@blueprint.task(name="tell_patient", retry=UntilSettled(), pass_context=True)
async def tell_patient(context: JobContext, booking_id: int) -> None:
    """Plan the texts about what is new of a booking."""
    await clinic_of(context).notify(booking_id)


@blueprint.task(name="send_text", queue=TEXTS, retry=RetryText(), pass_context=True)
async def send_text(context: JobContext, text_id: int) -> None:
    """Send one text. Safe to run twice, late, or for a text that is not needed anymore."""
    await clinic_of(context).send_text(text_id)


@blueprint.task(
    name="check_delivery", queue=TEXTS, priority=LATER, retry=RetryText(), pass_context=True
)
async def check_delivery(context: JobContext, text_id: int) -> None:
    """Ask what became of a text whose delivery was not reported."""
    await clinic_of(context).check_delivery(text_id)


@blueprint.periodic(cron="* * * * *")
@blueprint.task(
    name="send_due_texts",
    queue=HOUSEKEEPING,
    queueing_lock="send_due_texts",
    priority=LATER,
    pass_context=True,
)
async def check_texts(context: JobContext, timestamp: int) -> None:
    """Every minute: queue texts that have no job, and list late ones for staff."""
    del timestamp
    await clinic_of(context).check_texts()
