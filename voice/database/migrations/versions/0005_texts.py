"""Texts that are owed, what came of them, what patients replied, and numbers that get none."""

from alembic import op

revision = "0005"
down_revision = "0004"

TABLES = """
CREATE TABLE text (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  booking bigint NOT NULL REFERENCES booking (id),
  name text NOT NULL,                          -- what it is to its booking: the same is owed once
  kind text NOT NULL,
  about timestamptz NOT NULL,                  -- the start of the visit that it speaks of
  telling bigint REFERENCES telling (id),      -- what staff did that it tells
  number text NOT NULL,                        -- E.164
  due timestamptz NOT NULL,
  not_before timestamptz,                      -- somebody works on it, or it backs off, until then
  state text NOT NULL DEFAULT 'owed' CHECK (state IN (
    'owed', 'sending', 'accepted', 'sent', 'delivered', 'failed', 'dropped')),
  sid text UNIQUE,                             -- Twilio's name of the message
  former_sids text[] NOT NULL DEFAULT '{}',    -- of tries that did not arrive
  digests text[] NOT NULL DEFAULT '{}',        -- of the words of each try, to know them again
  tries int NOT NULL DEFAULT 0,
  waits int NOT NULL DEFAULT 0,                -- in a row, for a Twilio that could not say
  error int,                                   -- Twilio's code
  link_to_follow boolean NOT NULL DEFAULT false,  -- it promised the video link for later
  created timestamptz NOT NULL DEFAULT now(),
  began timestamptz,                           -- the last try, by the line's clock
  UNIQUE (booking, name, number));
CREATE INDEX text_waiting ON text (due) WHERE state IN ('owed', 'sending');
CREATE INDEX text_tried ON text (began);

CREATE TABLE text_bar (
  number text PRIMARY KEY,                     -- E.164
  why text NOT NULL,                           -- 'opted out', or a word of texts/twilio_errors.py
  at timestamptz NOT NULL DEFAULT now());

CREATE TABLE text_alarm (
  code int PRIMARY KEY,                        -- Twilio's: the set-up is wrong, not a number
  since timestamptz NOT NULL DEFAULT now());

CREATE TABLE text_reply (
  message_sid text PRIMARY KEY,
  number text NOT NULL,
  answer text NOT NULL,                        -- which answer it got; what was written is not kept
  at timestamptz NOT NULL);
CREATE INDEX text_reply_number ON text_reply (number, at);

CREATE TABLE demo_text (                       -- only a demo writes here: its phone shows them
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  number text NOT NULL,
  body text NOT NULL,
  at timestamptz NOT NULL);

ALTER TABLE booking
  ADD COLUMN text_trouble text NOT NULL DEFAULT '',  -- why its patient gets no texts, for staff
  ADD COLUMN confirmed_by_text timestamptz;          -- when the patient replied C
"""


def upgrade() -> None:
    """Add them."""
    op.get_bind().exec_driver_sql(TABLES)
