"""The page's templates and static files; browsers verify the files by their hash."""

from base64 import b64encode
from hashlib import sha384
from pathlib import Path

import jinja2
from fastapi.responses import HTMLResponse

from voice.language import Language, Text
from voice.patient_page import wording

_HERE = Path(__file__).parent
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
FILES = {
    path.name: (path.read_bytes(), _TYPES[path.suffix])
    for path in sorted((_HERE / "static").iterdir())
}


def integrity(content: bytes) -> str:
    """The hash by which a browser verifies a file.

    Source: https://www.w3.org/TR/SRI/
    """
    return f"sha384-{b64encode(sha384(content).digest()).decode()}"


INTEGRITY = {name: integrity(content) for name, (content, _) in FILES.items()}
_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(name: str, language: Language, /, *, status: int = 200, **known: object) -> HTMLResponse:
    """Render a template; in it, `say(text)` gives words in the page's language."""

    def say(text: Text, **parts: Text | str) -> str:
        return text.about(**parts).spoken_in(language)

    html = _TEMPLATES.get_template(name).render(
        w=wording, say=say, language=language, integrity=INTEGRITY, **known
    )
    return HTMLResponse(html, status)
