"""What `screening-line check` says of the clinic: holidays that are open, and agreements."""

from collections.abc import Mapping
from datetime import date, timedelta

from calendar_sync.availability.federal_holidays import holiday_names
from voice.agreements import event_detail, open_agreements
from voice.commands.findings import Line
from voice.settings import Settings

_DAYS = 60
"""The farthest that times can be offered."""


def holidays(settings: Settings, today: date) -> list[Line]:
    """Federal holidays of the next two months on which the opening hours offer times.

    The calendar may block such a day; this does not ask it.
    """
    if settings.availability == "calendar":
        return []
    ahead = [today + timedelta(days=number) for number in range(_DAYS + 1)]
    names: Mapping[date, str] = holiday_names({day.year for day in ahead})
    weekly = settings.rules.hours.weekly
    open_days = [
        day
        for day in ahead
        if day in names and weekly[day.weekday()] and day not in settings.closed_dates
    ]
    if not open_days:
        return [("ok", "no federal holiday of the next 60 days is open")]
    listed = ", ".join(f"{names[day]} ({day:%a} {day.isoformat()})" for day in open_days)
    remedy = (
        "if the clinic is closed, add the dates or us-federal to CLOSED_DATES, with "
        "`screening-line setup --only hours`, or block the days in the calendar"
    )
    return [("note", f"open on {listed}; {remedy}")]


def agreements(settings: Settings) -> list[Line]:
    """Whether the business associate agreements are answered, and what events hold."""
    missing = open_agreements(settings)
    detail = event_detail(settings)
    if not missing:
        return [("ok", f"signed or not needed; events are {detail}")]
    lines: list[Line] = []
    for name, answer in missing.items():
        company = name.removeprefix("BAA_").title()
        if answer == "no":
            says = f"{name}=no: HIPAA applies and no agreement with {company} is signed"
            remedy = f"sign one before patients call, then set {name}=yes"
            lines.append(("wrong", f"{says}, so events hold no answers; {remedy}"))
        else:
            remedy = "run `screening-line setup --only agreements`, or set it to yes or not-needed"
            says = f"{name} is not answered, so events hold no answers"
            if settings.calendar_detail == "full":
                says += ", although CALENDAR_DETAIL is full"
            lines.append(("note", f"{says}; {remedy}"))
    return lines
