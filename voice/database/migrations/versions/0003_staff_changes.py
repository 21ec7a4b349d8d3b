"""What staff do in the calendar: changes seen, what is owed to patients, events of call-backs.

A booking that staff put on top of another one leaves its clinician's lane (see staff_changes).
"""

from alembic import op

revision = "0003"
down_revision = "0002"

TABLES = """
ALTER TABLE booking DROP CONSTRAINT booking_outcome_check;
ALTER TABLE booking
  ADD CONSTRAINT booking_outcome_check CHECK (outcome IN ('taken', 'failed', 'staff')),
  ADD COLUMN promised tstzrange,               -- the time that the patient knows; null: none
  ADD COLUMN written text[] NOT NULL DEFAULT '{}',  -- digests of the texts we gave its event
  ADD COLUMN video_link text,                  -- made by the calendar; '': it makes none
  ADD COLUMN warning text NOT NULL DEFAULT '';  -- what staff should look at, in its event
UPDATE booking SET promised = during WHERE state = 'booked';

CREATE TABLE calendar_cursor (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  cursor text NOT NULL,
  read_at timestamptz NOT NULL DEFAULT now());

CREATE TABLE staff_change (
  event_id text NOT NULL,
  etag text NOT NULL,
  booking bigint NOT NULL REFERENCES booking (id),
  outcome text NOT NULL CHECK (outcome IN ('moved', 'cancelled', 'restored', 'kept')),
  seen_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (event_id, etag));

CREATE TABLE telling (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  booking bigint NOT NULL REFERENCES booking (id),
  kind text NOT NULL CHECK (kind IN ('moved', 'cancelled', 'restored')),
  what tstzrange,                              -- the time to tell; null when cancelled
  created timestamptz NOT NULL DEFAULT now(),
  told_at timestamptz,
  withdrawn_at timestamptz,                    -- staff undid it, or changed it, before it was told
  call_back bigint REFERENCES call_back (id));
CREATE UNIQUE INDEX telling_open ON telling (booking)
  WHERE told_at IS NULL AND withdrawn_at IS NULL;

ALTER TABLE call_back ADD COLUMN event_id text UNIQUE, ADD COLUMN shown_at timestamptz;
ALTER TABLE busy_times ADD COLUMN opened tstzmultirange NOT NULL DEFAULT '{}';
"""


def upgrade() -> None:
    """Add them."""
    op.get_bind().exec_driver_sql(TABLES)
