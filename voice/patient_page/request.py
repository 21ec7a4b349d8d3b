"""One request to a patient's page, and what all of its pages have in common."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from calendar_sync.bookings.booking import Booking
from voice.bootstrap import Line
from voice.dialogue import speech
from voice.language import Language, Text, other
from voice.page_security import FormCookie, form_key
from voice.patient_page import wording
from voice.patient_page.templates import page
from voice.phone_numbers import shown_number

COOKIE = FormCookie("visit")
_SEE_OTHER = 303


@dataclass(frozen=True, slots=True)
class VisitRequest:
    """A request with a valid link to this visit; `key` is the browser's random value."""

    line: Line
    language: Language
    # Not in the repr, so that no traceback shows them.
    token: str = field(repr=False)
    visit: Booking = field(repr=False)
    query: Mapping[str, str] = field(repr=False)
    form: Mapping[str, str] = field(repr=False)
    key: str = field(repr=False)

    def to(self, place: str = "", **said: str) -> str:
        """The URL of one of this visit's pages, in the language chosen by hand."""
        place, _, part = place.partition("#")
        chosen = {"in": self.language} if "in" in self.query else {}
        query = urlencode({**chosen, **said})
        path = f"{self.line.settings.base_path}/visit/{self.token}{place}"
        return f"{path}{'?' if query else ''}{query}{'#' if part else ''}{part}"

    def away(self, place: str = "", **said: str) -> RedirectResponse:
        """Redirect after a form, so that a reload does not send it again."""
        return RedirectResponse(self.to(place, **said), _SEE_OTHER)

    @property
    def about(self) -> str:
        """The time of the visit, which forms that change it send back."""
        return self.visit.slot.start.isoformat()

    def is_outdated(self) -> bool:
        """Whether the form was on a page that showed another time than the visit has now."""
        return self.form.get("about", "") != self.about

    def page(self, name: str, *, status: int = 200, **known: object) -> HTMLResponse:
        """A page about this visit."""
        zone = self.line.settings.zone
        about = {
            "to": self.to,
            "key": form_key(self.key, self.token),
            "visit": self.visit,
            "about": self.about,
            "zone": zone,
            "zone_name": speech.zone_name(zone),
        }
        filled = frame(self.line, self.language) | about | known
        return page(name, self.language, status=status, **filled)


@dataclass(frozen=True, slots=True)
class Message:
    """A page of words alone; `switch` says whether it links to the other language."""

    status: int
    title: Text
    why: Text
    switch: bool = False

    def page(self, line: Line, language: Language) -> HTMLResponse:
        """The page; nothing on it depends on a visit."""
        known = frame(line, language) | {"title": self.title, "why": self.why}
        if not self.switch:
            known["other"] = None
        return page("message.html", language, status=self.status, **known)


def language_of(request: Request, otherwise: str | None = None) -> Language:
    """The language chosen by hand, else the given one, else the browser's first."""
    first = otherwise or request.headers.get("accept-language", "")
    chosen = request.query_params.get("in")
    if chosen not in {"en", "es"}:
        chosen = first[:2].lower()
    return "es" if chosen == "es" else "en"


def frame(line: Line, language: Language) -> dict[str, object]:
    """What every page's frame shows."""
    number = line.settings.clinic_number
    return {
        "base": line.settings.base_path,
        "clinic": line.settings.clinic_name,
        "tel": number,
        "number": shown_number(number),
        "other": other(language),
        "title": wording.TITLE,
    }
