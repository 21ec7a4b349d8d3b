"""How calls are answered, switched for all processes at once; without a row the setting rules."""

from alembic import op

revision = "0017"
down_revision = "0016"

TABLES = """
CREATE TABLE routing (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  name text NOT NULL,                          -- as in voice/routing.py
  until timestamptz,                           -- then the setting rules again; NULL: no end
  since timestamptz NOT NULL);
"""


def upgrade() -> None:
    """Add it."""
    op.get_bind().exec_driver_sql(TABLES)
