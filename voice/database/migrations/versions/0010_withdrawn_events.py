"""Visits that their patients cancelled and whose events are gone: staff may bring those back."""

from alembic import op

revision = "0010"
down_revision = "0009"

TABLES = """
ALTER TABLE booking ADD COLUMN withdrawn_at timestamptz;
"""


def upgrade() -> None:
    """Add it."""
    op.get_bind().exec_driver_sql(TABLES)
