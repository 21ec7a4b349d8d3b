"""Calls and their answers, bookings, consents, call-backs, busy times and the local calendar."""

from alembic import op

revision = "0001"
down_revision = None

TABLES = """
CREATE TABLE call (
  sid text PRIMARY KEY,
  caller text,
  began_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,
  status text,
  outcome text);

CREATE TABLE journal (
  call_sid text,
  name text,
  value text NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (call_sid, name));

CREATE TABLE booking (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  call_sid text NOT NULL,
  step text NOT NULL,
  clinician int NOT NULL DEFAULT 1,
  during tstzrange NOT NULL CHECK (
    NOT isempty(during) AND lower_inc(during) AND NOT upper_inc(during)
    AND NOT upper_inf(during) AND NOT lower_inf(during)),
  state text NOT NULL CHECK (state IN ('held', 'booked', 'released', 'cancelled')),
  expires_at timestamptz NOT NULL,
  confirmed_at timestamptz,
  outcome text CHECK (outcome IN ('taken', 'failed')),  -- why a confirmed booking was released
  generation int NOT NULL DEFAULT 0,
  event_id text UNIQUE,
  etag text,
  visit_code text,
  language text NOT NULL DEFAULT 'en',
  number text,                                          -- E.164 to call back, or null
  chart jsonb NOT NULL DEFAULT '{}',
  text_number text,                                     -- E.164 consented to; null: no texts
  text_consent_at timestamptz,
  text_wording text,                                    -- the version of the words agreed to
  UNIQUE (call_sid, step),
  CONSTRAINT booking_no_overlap EXCLUDE USING gist (
    int4range(clinician, clinician, '[]') WITH &&, during WITH &&)
    WHERE (state IN ('held', 'booked')));

CREATE UNIQUE INDEX booking_visit_code ON booking (visit_code) WHERE state IN ('held', 'booked');

CREATE TABLE consent (
  call_sid text NOT NULL,
  number text NOT NULL,
  given boolean NOT NULL,
  wording text NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (call_sid, number));

CREATE TABLE call_back (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  call_sid text NOT NULL,
  reason text NOT NULL,
  number text,
  language text NOT NULL,
  asked_at timestamptz NOT NULL DEFAULT now(),
  done_at timestamptz,
  UNIQUE (call_sid, reason));

CREATE TABLE busy_times (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  read_at timestamptz NOT NULL,
  within tstzrange NOT NULL,
  busy tstzmultirange NOT NULL);

CREATE TABLE local_event (
  id text PRIMARY KEY,
  during tstzrange NOT NULL,
  title text NOT NULL,
  description text NOT NULL DEFAULT '',
  location text NOT NULL DEFAULT '',
  booking_id text,
  status text NOT NULL DEFAULT 'confirmed' CHECK (status IN ('confirmed', 'cancelled')),
  blocks boolean NOT NULL DEFAULT true,
  version bigint NOT NULL DEFAULT 1,
  changed bigint NOT NULL);                             -- drawn from local_event_change

CREATE SEQUENCE local_event_change;

CREATE TABLE effect (
  key text PRIMARY KEY,
  done_at timestamptz NOT NULL DEFAULT now());
"""


def upgrade() -> None:
    """Create them."""
    op.get_bind().exec_driver_sql(TABLES)
