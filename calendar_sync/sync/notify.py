"""News of a booking for its patient: a job that is owed in the transaction that made the news.

The job says only which booking; what there is to say follows from the booking as it then is, so a
job that runs twice, late, or after the next change tells nothing false.
"""

from procrastinate import JobContext
from psycopg import AsyncConnection

from calendar_sync.job_queue import HOUSEKEEPING, LATER, UntilSettled, blueprint, clinic_of
from calendar_sync.sync.invitations import owe_invitation


async def owe_news(conn: AsyncConnection, booking_id: int) -> None:
    """The booking was booked, moved, cancelled, or may be texted about now."""
    await owe_invitation(conn, booking_id)
    await tell_patient.configure(connection=conn).defer_async(booking_id=booking_id)


@blueprint.task(name="tell_patient", retry=UntilSettled(), pass_context=True)
async def tell_patient(context: JobContext, booking_id: int) -> None:
    """Let the patient know how the booking stands; the desk knows by what means."""
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
    """Every minute: send what is due by the desk's clock, so a reminder outlives any crash."""
    del timestamp
    await clinic_of(context).send_due()
