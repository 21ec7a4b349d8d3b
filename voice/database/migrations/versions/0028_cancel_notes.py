"""When a patient canceled their visit, and the events that tell staff."""

from alembic import op

revision = "0028"
down_revision = "0027"

TABLES = """
ALTER TABLE booking ADD COLUMN cancelled_at timestamptz;
ALTER TABLE booking ADD COLUMN cancel_notes text[] NOT NULL DEFAULT '{}';
CREATE INDEX booking_moved ON booking (moved_at) WHERE moved_at IS NOT NULL;
CREATE INDEX booking_cancelled ON booking (cancelled_at) WHERE cancelled_at IS NOT NULL;
"""


def upgrade() -> None:
    """Add them."""
    op.get_bind().exec_driver_sql(TABLES)
