"""The tables, from nothing to now: numbered steps of plain SQL, run by alembic.

`python -m voice.database.migrations` reads a dsn from its standard input and brings that
database up to date. It is a program of its own, so that alembic's libraries stay out of the line's
process.
"""

from pathlib import Path

VERSIONS = Path(__file__).parent / "versions"


def newest() -> str:
    """The number of the last step."""
    return max(path.name.partition("_")[0] for path in VERSIONS.glob("[0-9]*.py"))
