"""For which calls the carrier vouches, and which were asked to key a spoken number back."""

from alembic import op

revision = "0023"
down_revision = "0022"

COLUMNS = """
ALTER TABLE call ADD COLUMN vouched boolean NOT NULL DEFAULT false,
                 ADD COLUMN number_spoken_at timestamptz,
                 ADD COLUMN keyed_back_at timestamptz;
CREATE INDEX call_not_keyed_back ON call (number_spoken_at)
  WHERE number_spoken_at IS NOT NULL AND keyed_back_at IS NULL;
CREATE INDEX booking_by_confirmation ON booking (confirmed_at)
  WHERE state IN ('held', 'booked') AND moves IS NULL;
"""


def upgrade() -> None:
    """Add them."""
    op.get_bind().exec_driver_sql(COLUMNS)
