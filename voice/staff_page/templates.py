"""The staff page's templates and its style sheet, which adds to that of the patient's page."""

from pathlib import Path

import jinja2
from fastapi.responses import HTMLResponse

from voice.bootstrap import Line
from voice.patient_page.templates import INTEGRITY, integrity

_HERE = Path(__file__).parent
STYLE = (_HERE / "static" / "staff.css").read_bytes()
_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(line: Line, name: str, /, *, status: int = 200, **known: object) -> HTMLResponse:
    """Render a template in the page's frame."""
    html = _TEMPLATES.get_template(name).render(
        base=line.settings.base_path,
        clinic=line.settings.clinic_name,
        integrity=INTEGRITY | {"staff.css": integrity(STYLE)},
        **known,
    )
    return HTMLResponse(html, status)


def message(line: Line, status: int, title: str, why: str) -> HTMLResponse:
    """A page of words alone."""
    return page(line, "message.html", status=status, title=title, why=why)
