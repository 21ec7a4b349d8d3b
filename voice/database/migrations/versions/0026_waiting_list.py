"""The waiting list: who is texted when an earlier time opens, and which times they were offered.

A time that is offered is a held booking, whose `call_sid` is "waiting-" and the entry's id. A
release that does not know these tables leaves them alone, and its holds keep apart from these.
"""

from alembic import op

revision = "0026"
down_revision = "0025"

TABLES = """
CREATE TABLE waiting_list (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  call_sid text NOT NULL,                      -- the call that asked, or that booked the visit
  visit bigint REFERENCES booking (id),        -- the visit to move; null: nothing is booked
  number text NOT NULL,                        -- E.164 that gets the texts
  language text NOT NULL,
  consent_at timestamptz NOT NULL,
  wording text NOT NULL,                       -- the version of the words agreed to
  chart jsonb NOT NULL DEFAULT '[]',           -- the answers, for a visit that is not booked yet
  safety_at timestamptz NOT NULL,              -- when the safety questions were last answered
  known timestamptz[],                         -- starts that were open already; null: not looked at
  joined_at timestamptz NOT NULL,
  ended_at timestamptz,
  outcome text);
CREATE UNIQUE INDEX waiting_list_visit ON waiting_list (visit) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX waiting_list_number ON waiting_list (number)
  WHERE ended_at IS NULL AND visit IS NULL;

CREATE TABLE waiting_offer (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  waiting bigint NOT NULL REFERENCES waiting_list (id),
  booking bigint NOT NULL UNIQUE REFERENCES booking (id),  -- the held time
  start timestamptz NOT NULL,
  offered_at timestamptz NOT NULL,
  until timestamptz NOT NULL,
  accepted_at timestamptz,
  ended_at timestamptz,
  outcome text,
  UNIQUE (waiting, start));                    -- nobody is offered the same time twice
CREATE UNIQUE INDEX waiting_offer_open ON waiting_offer (waiting) WHERE ended_at IS NULL;

ALTER TABLE booking
  ADD COLUMN waiting_note text NOT NULL DEFAULT '';  -- what its event says about the waiting list
"""


def upgrade() -> None:
    """Add them."""
    op.get_bind().exec_driver_sql(TABLES)
