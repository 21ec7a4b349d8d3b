"""Staff with a browser that keeps cookies, on a line that has the staff page."""

import re
from dataclasses import dataclass, field, replace

from starlette.types import ASGIApp
from support.patient_page import Answer, Patient

from voice import staff_access
from voice.app import create_app
from voice.bootstrap import Line


def with_staff_page(line: Line, **settings: str) -> Line:
    """The same line with the page, and with these settings."""
    changed = {"staff_page": "on", **settings}
    return replace(line, settings=line.settings.model_copy(update=changed))


@dataclass
class Staff:
    """Opens pages, and sends their forms with the key that the last page gave."""

    app: ASGIApp
    browser: Patient = field(init=False)
    key: str = ""

    def __post_init__(self) -> None:
        self.browser = Patient(self.app)

    async def opens(self, path: str = "/staff", method: str = "GET") -> Answer:
        """One page."""
        answer = await self.browser.opens(path, method)
        if found := re.search(r'name="key" value="(\w+)"', answer.html):
            self.key = found[1]
        return answer

    async def sends(self, path: str, **fields: str) -> Answer:
        """One form."""
        return await self.browser.sends(path, **{"key": self.key, **fields})

    async def signs_in(self, line: Line) -> "Staff":
        """By a new link."""
        path = await link_path(line)
        await self.opens(path)
        answer = await self.sends(path)
        assert (answer.status, answer.headers["location"]) == (303, "/staff")
        return self


async def link_path(line: Line) -> str:
    """The path of a new sign-in link."""
    async with line.pool.connection() as conn:
        return f"/staff/sign-in/{await staff_access.new_link(conn)}"


async def staff_of(line: Line) -> Staff:
    """Staff who have signed in to the page of this line."""
    return await Staff(create_app(line)).signs_in(line)
