"""Who read about people on the command line, and indexes for deleting what is old."""

from alembic import op

revision = "0021"
down_revision = "0020"

TABLES = """
CREATE TABLE command_view (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now(),
  os_user text NOT NULL,                       -- of the computer, not of a person whom it shows
  command text NOT NULL,
  people int NOT NULL);                        -- how many people, or texts to them, it showed
CREATE INDEX call_by_time ON call (began_at);
CREATE INDEX text_of_telling ON text (telling) WHERE telling IS NOT NULL;
CREATE INDEX telling_of_booking ON telling (booking);
CREATE INDEX staff_change_of_booking ON staff_change (booking);
CREATE INDEX visit_link_of_booking ON visit_link (booking);
CREATE INDEX booking_of_move ON booking (moves) WHERE moves IS NOT NULL;
"""


def upgrade() -> None:
    """Add them."""
    op.get_bind().exec_driver_sql(TABLES)
