"""Events of call-back requests that a newer one has replaced, until they are gone."""

from alembic import op

revision = "0014"
down_revision = "0013"

TABLES = """
ALTER TABLE call_back ADD COLUMN former_events text[] NOT NULL DEFAULT '{}';
"""


def upgrade() -> None:
    """Add them."""
    op.get_bind().exec_driver_sql(TABLES)
