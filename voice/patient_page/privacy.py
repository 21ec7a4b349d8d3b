"""The public privacy page, in both languages; the registration of texts asks for its address."""

from collections.abc import Awaitable, Callable

from fastapi import Request, Response

from voice.bootstrap import Line
from voice.dialogue import speech
from voice.patient_page import privacy_wording as words
from voice.patient_page.request import frame, language_of
from voice.patient_page.templates import page

PATH = "/privacy"


def privacy_page(line: Line) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint of `GET /privacy`; it reads no database, so it works while that is away."""

    async def show(request: Request) -> Response:
        """The page in the language that was chosen, else that of the browser."""
        language = language_of(request)
        google = (words.GOOGLE,) if line.settings.uses_google else ()
        known = frame(line, language) | {
            "title": words.TITLE,
            "p": words,
            "periods": {name: str(getattr(line.settings, name)) for name in words.PERIODS},
            "seen_by": (words.STAFF, words.TWILIO, *google, words.NOBODY_ELSE),
            "changed": speech.formatted(words.CHANGED_ON, "MMMM d, y", "d 'de' MMMM 'de' y"),
            "email": line.settings.clinic_email,
        }
        return page("privacy.html", language, status=200, **known)

    return show
