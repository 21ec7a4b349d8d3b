"""The link that signs a browser in to the staff page, as the command `staff-link` makes it."""

from voice.commands.call_back_list import connected
from voice.errors import ReportedError
from voice.settings import Settings
from voice.staff_access import new_link


class StaffPageOffError(ReportedError):
    """The line has no staff page, or no address."""


async def lines(settings: Settings, address: str) -> list[str]:
    """A new link below `address`, the public URL of the line, and what to know of it.

    Raises StaffPageOffError.
    """
    if settings.staff_page == "off":
        message = "The staff page is off. Set STAFF_PAGE=on in .env, restart the line, try again."
        raise StaffPageOffError(message)
    if not address:
        message = "The line has no address yet: set PUBLIC_BASE_URL in .env, or start the demo."
        raise StaffPageOffError(message)
    async with connected(settings) as conn:
        token = await new_link(conn)
    return [
        f"{address}/staff/sign-in/{token}",
        "It signs in one browser, once, within an hour. Give it to nobody else.",
    ]
