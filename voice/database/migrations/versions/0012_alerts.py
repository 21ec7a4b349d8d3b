"""Problems of the line that somebody was told of, until they are over."""

from alembic import op

revision = "0012"
down_revision = "0011"

TABLES = """
CREATE TABLE alert (
  code text PRIMARY KEY,                       -- as in voice/alerts/conditions.py
  began_at timestamptz NOT NULL,
  told_at timestamptz NOT NULL);
"""


def upgrade() -> None:
    """Add them."""
    op.get_bind().exec_driver_sql(TABLES)
