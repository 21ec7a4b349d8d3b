"""Which calendar each therapist has, for those whom the settings will not name any more."""

from alembic import op

revision = "0029"
down_revision = "0028"

TABLES = """
CREATE TABLE clinician_calendar (
  clinician_id text PRIMARY KEY,
  calendar text NOT NULL);
"""


def upgrade() -> None:
    """Add it."""
    op.get_bind().exec_driver_sql(TABLES)
