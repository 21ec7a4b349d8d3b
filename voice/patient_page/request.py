"""One request to a visit's page, and what every page of it has in common."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from calendar_sync.bookings.booking import Booking
from voice.bootstrap import Line
from voice.dialogue import speech
from voice.language import Language, Text, other
from voice.patient_page import wording
from voice.patient_page.security import form_key
from voice.patient_page.templates import page
from voice.phone_numbers import shown_number

_SEE_OTHER = 303


@dataclass(frozen=True, slots=True)
class VisitRequest:
    """What somebody asked who has the link of this visit; `key` is their browser's."""

    line: Line
    language: Language
    # Not shown, so that nothing of them gets into a traceback with values.
    token: str = field(repr=False)
    visit: Booking = field(repr=False)
    query: Mapping[str, str] = field(repr=False)
    form: Mapping[str, str] = field(repr=False)
    key: str = field(repr=False)

    def to(self, place: str = "", **said: str) -> str:
        """An address of this visit's pages, in the language that was chosen by hand."""
        place, _, part = place.partition("#")
        chosen = {"in": self.language} if "in" in self.query else {}
        query = urlencode({**chosen, **said})
        return f"/visit/{self.token}{place}{'?' if query else ''}{query}{'#' if part else ''}{part}"

    def away(self, place: str = "", **said: str) -> RedirectResponse:
        """After a form: go and look, so that a reload sends nothing again."""
        return RedirectResponse(self.to(place, **said), _SEE_OTHER)

    def page(self, name: str, *, status: int = 200, **known: object) -> HTMLResponse:
        """A page about this visit."""
        zone = self.line.settings.zone
        about = {
            "to": self.to,
            "key": form_key(self.key, self.token),
            "visit": self.visit,
            "zone": zone,
            "zone_name": speech.zone_name(zone),
        }
        filled = frame(self.line, self.language) | about | known
        return page(name, self.language, status=status, **filled)


def message(  # noqa: PLR0913  # a page with nothing but words
    line: Line, language: Language, title: Text, why: Text, status: int, *, switch: bool = True
) -> HTMLResponse:
    """A page that is about no visit, the same for whoever asks."""
    known = frame(line, language) | {"title": title, "why": why}
    if not switch:
        known["other"] = None
    return page("message.html", language, status=status, **known)


def language_of(request: Request, otherwise: str | None = None) -> Language:
    """Chosen by hand, else the one given, else what the browser asks for first."""
    first = otherwise or request.headers.get("accept-language", "")
    chosen = request.query_params.get("in")
    if chosen not in {"en", "es"}:
        chosen = first[:2].lower()
    return "es" if chosen == "es" else "en"


def frame(line: Line, language: Language) -> dict[str, object]:
    """What stands around every page."""
    number = line.settings.clinic_number
    return {
        "clinic": line.settings.clinic_name,
        "tel": number,
        "number": shown_number(number),
        "other": other(language),
        "title": wording.TITLE,
    }
