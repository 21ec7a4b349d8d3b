"""The blueprint that every task of the calendar is declared on; the worker's app takes it in."""

from procrastinate import Blueprint, JobContext

from calendar_sync.clinic import Clinic

blueprint = Blueprint()


def clinic_of(context: JobContext) -> Clinic:
    """The clinic that the worker was started with, as `additional_context={"clinic": clinic}`."""
    clinic: Clinic = context.additional_context["clinic"]
    return clinic
