"""The page's templates and static files."""

from pathlib import Path

import jinja2
from fastapi.responses import HTMLResponse

_HERE = Path(__file__).parent
FILES = {path.name: path for path in sorted((_HERE / "static").iterdir())}
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(name: str, /, **known: object) -> HTMLResponse:
    """Render a template."""
    return HTMLResponse(_TEMPLATES.get_template(name).render(**known))
