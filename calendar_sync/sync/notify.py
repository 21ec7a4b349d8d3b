"""Jobs that text patients; what they text is up to whoever made the clinic, see `Clinic.tell`."""

from procrastinate import JobContext

from calendar_sync.job_queue import HOUSEKEEPING, LATER
from calendar_sync.retry import UntilSettled
from calendar_sync.sync.blueprint import blueprint, clinic_of


@blueprint.task(name="tell_patient", retry=UntilSettled(), pass_context=True)
async def tell_patient(context: JobContext, booking_id: int) -> None:
    """Text the patient what is new about a booking."""
    await clinic_of(context).tell(booking_id)


@blueprint.periodic(cron="* * * * *")
@blueprint.task(
    name="send_due_texts",
    queue=HOUSEKEEPING,
    queueing_lock="send_due_texts",
    priority=LATER,
    pass_context=True,
)
async def send_due_texts(context: JobContext, timestamp: int) -> None:
    """Every minute: send the texts that are due, such as reminders."""
    del timestamp
    await clinic_of(context).send_due()
