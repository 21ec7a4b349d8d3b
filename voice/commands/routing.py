"""How calls are answered, as the command `routing` shows and switches it."""

from datetime import UTC, datetime, timedelta

from voice import routing
from voice.commands.call_back_list import connected
from voice.errors import ReportedError
from voice.setting_types import RINGS_STAFF, Routing
from voice.settings import Settings

SETTING = "setting"
"""The name that ends a switch."""
MEANINGS = {
    "line": "the line answers",
    "staff-first": "staff's phone rings for 15 seconds, then the line answers",
    "after-hours": "staff's phone rings during opening hours; the line answers otherwise",
    "paused": "callers hear that no visits are booked now, and can ask for a call-back",
}
_FORMATS = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M")


class RoutingError(ReportedError):
    """The routing cannot be switched like that."""


async def shown(settings: Settings, now: datetime) -> list[str]:
    """How calls are answered now, and until when."""
    async with connected(settings) as conn:
        switched = await routing.switched(conn, now)
    if switched is None:
        name = settings.routing
        return [f"{name}: {MEANINGS[name]}.", "That is the ROUTING setting."]
    since = _when(switched.since, settings)
    ends = (
        f"until {_when(switched.until, settings)}; then the ROUTING setting, {settings.routing}"
        if switched.until
        else f"until it is switched again; the ROUTING setting is {settings.routing}"
    )
    return [f"{switched.name}: {MEANINGS[switched.name]}.", f"Switched {since}, {ends}."]


async def switch(settings: Settings, name: str, until: str | None, now: datetime) -> list[str]:
    """Switch to `name`, or back to the setting; what is in force then. Raises RoutingError."""
    ends = _end(until, settings, now) if until else None
    by_name: dict[str, Routing] = {each: each for each in routing.NAMES}
    found = by_name.get(name)
    if found is None and name != SETTING:
        names = ", ".join((*routing.NAMES, SETTING))
        message = f"{name!r} is none of {names}. Nothing was switched."
        raise RoutingError(message)
    if found in RINGS_STAFF and not (settings.staff_number or settings.is_demo):
        message = f"{name} rings staff's phone: set STAFF_NUMBER first. Nothing was switched."
        raise RoutingError(message)
    if found is None and ends:
        message = "Give --until with what should be in force until then. Nothing was switched."
        raise RoutingError(message)
    async with connected(settings) as conn:
        if found is None:
            await routing.end_switch(conn)
        else:
            await routing.switch(conn, routing.Switched(found, now, ends))
    return await shown(settings, now)


def _end(written: str, settings: Settings, now: datetime) -> datetime:
    """An instant (UTC) from a local time: "17:00" is the next time that clocks show it."""
    local = now.astimezone(settings.zone).replace(tzinfo=None)
    for pattern in ("%H:%M", *_FORMATS):
        try:
            at = datetime.strptime(written.strip(), pattern)  # noqa: DTZ007  # local, placed below
        except ValueError:
            continue
        if pattern == "%H:%M":
            at = datetime.combine(local.date(), at.time())
            at += timedelta(days=at <= local)
        end = at.replace(tzinfo=settings.zone).astimezone(UTC)
        if end <= now:
            message = f"{written} is over already. Nothing was switched."
            raise RoutingError(message)
        return end
    message = (
        f"{written!r} is not a time. Nothing was switched. Write it like 17:00, or "
        f'"2026-12-24 17:00", in the clinic\'s time zone.'
    )
    raise RoutingError(message)


def _when(at: datetime, settings: Settings) -> str:
    return f"{at.astimezone(settings.zone):%a %b %-d %H:%M}"
