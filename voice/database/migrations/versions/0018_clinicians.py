"""Whose each booking, busy time, calendar cursor and local event is, by the clinician's id.

Everything there is so far is of the one clinician, "default". The release before this one writes
and reads only that one, so it may run beside this one until CLINICIANS is set: its inserts get the
default, its `ON CONFLICT (one)` still finds the unique column `one`, and rows of other clinicians
have no `one`. It would put bookings of other clinicians into the one calendar that it knows, so
CLINICIANS is set only once no process of that release runs.

`booking_no_overlap` keeps times apart per clinician since 0001, by the number `clinician`.
"""

from alembic import op

revision = "0018"
down_revision = "0017"

TABLES = """
ALTER TABLE booking
  ADD COLUMN clinician_id text NOT NULL DEFAULT 'default',
  ADD COLUMN promised_clinician text;          -- whom the patient was last told; null: clinician_id

ALTER TABLE busy_times DROP CONSTRAINT busy_times_pkey;
ALTER TABLE busy_times
  ADD COLUMN clinician_id text PRIMARY KEY DEFAULT 'default',
  ALTER COLUMN one DROP NOT NULL,              -- for the release before this one; else null
  ADD CONSTRAINT busy_times_one UNIQUE (one);

ALTER TABLE calendar_cursor DROP CONSTRAINT calendar_cursor_pkey;
ALTER TABLE calendar_cursor
  ADD COLUMN clinician_id text PRIMARY KEY DEFAULT 'default',
  ALTER COLUMN one DROP NOT NULL,
  ADD CONSTRAINT calendar_cursor_one UNIQUE (one);

ALTER TABLE local_event
  ADD COLUMN calendar text NOT NULL DEFAULT 'default',
  ADD COLUMN left_calendar text;               -- the one that staff moved it out of last
"""


def upgrade() -> None:
    """Add them."""
    op.get_bind().exec_driver_sql(TABLES)
