"""Staff with a browser that keeps cookies, on a line with the staff page."""

import re
from dataclasses import dataclass, field, replace

from starlette.types import ASGIApp
from support.patient_page import Answer, Patient

from voice import staff_access
from voice.app import create_app
from voice.bootstrap import Line


def with_staff_page(line: Line, **settings: str) -> Line:
    """The same line with the page and these settings."""
    changed = {"staff_page": "on", **settings}
    return replace(line, settings=line.settings.model_copy(update=changed))


@dataclass
class Staff:
    """Opens pages, and submits their forms with the key from the last page."""

    app: ASGIApp
    browser: Patient = field(init=False)
    key: str = ""

    def __post_init__(self) -> None:
        self.browser = Patient(self.app)

    async def opens(self, path: str = "/staff", method: str = "GET") -> Answer:
        """Open a page."""
        answer = await self.browser.opens(path, method)
        if found := re.search(r'name="key" value="(\w+)"', answer.html):
            self.key = found[1]
        return answer

    async def sends(self, path: str, **fields: str) -> Answer:
        """Submit a form."""
        return await self.browser.sends(path, **{"key": self.key, **fields})

    async def signs_in(self, line: Line) -> "Staff":
        """Sign in with a new link."""
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
    """Staff who are signed in to this line's page."""
    return await Staff(create_app(line)).signs_in(line)
