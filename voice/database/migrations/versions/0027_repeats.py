"""What repeats: texts of a number, changes on a visit's page, and jobs that write one event."""

from alembic import op

revision = "0027"
down_revision = "0026"

TABLES = """
ALTER TABLE text_reply ADD COLUMN digest text NOT NULL DEFAULT '';
ALTER TABLE booking ADD COLUMN reacted_by_text timestamptz;
CREATE TABLE page_change (
  booking bigint NOT NULL REFERENCES booking (id) ON DELETE CASCADE,
  at timestamptz NOT NULL);
CREATE INDEX page_change_of_booking ON page_change (booking, at);
CREATE INDEX job_of_booking ON procrastinate_jobs (task_name, (args->>'booking_id'))
  WHERE status = 'todo' AND task_name IN ('calendar:rewrite_event', 'calendar:invite');
"""


def upgrade() -> None:
    """Add them."""
    op.get_bind().exec_driver_sql(TABLES)
