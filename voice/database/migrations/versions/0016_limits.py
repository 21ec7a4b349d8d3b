"""What the limits count quickly: calls and coming visits of a number, and live holds."""

from alembic import op

revision = "0016"
down_revision = "0015"

INDEXES = """
CREATE INDEX call_of_number ON call (caller, began_at) WHERE caller IS NOT NULL;
CREATE INDEX booking_of_number ON booking (number) WHERE state IN ('held', 'booked');
CREATE INDEX booking_unconfirmed ON booking (expires_at)
  WHERE state = 'held' AND confirmed_at IS NULL;
"""


def upgrade() -> None:
    """Add them."""
    op.get_bind().exec_driver_sql(INDEXES)
