"""Indexes, so that no turn, no job and no command reads a table that grows from end to end.

With a million rows in each table it takes 13 s, 5 of them for bookings, which come last: from the
first index of a table to the end nothing can be stored in it.
"""

from alembic import op

revision = "0025"
down_revision = "0024"

INDEXES = """
CREATE INDEX call_back_by_time ON call_back (asked_at);
CREATE INDEX call_back_by_end ON call_back (done_at) WHERE done_at IS NOT NULL;
CREATE INDEX call_back_by_event ON call_back (event_id) WHERE event_id IS NOT NULL;
CREATE INDEX call_back_of_former_event ON call_back (id) WHERE former_events <> '{}';
CREATE INDEX telling_of_call_back ON telling (call_back) WHERE call_back IS NOT NULL;
CREATE INDEX effect_by_time ON effect (done_at);
CREATE INDEX consent_by_time ON consent (at);
CREATE INDEX text_by_number ON text (number);
CREATE INDEX text_by_time ON text (created);
CREATE INDEX text_failed ON text (due) WHERE state = 'failed';
CREATE INDEX text_reply_by_time ON text_reply (at);
CREATE INDEX text_reply_with_number ON text_reply (at) WHERE number <> '';
CREATE INDEX text_reply_but_start ON text_reply (at) WHERE answer <> 'start';
CREATE INDEX text_bar_by_time ON text_bar (at);
CREATE INDEX staff_view_by_time ON staff_view (at);
CREATE INDEX command_view_by_time ON command_view (at);
CREATE INDEX demo_text_by_time ON demo_text (at);
CREATE INDEX local_event_by_change ON local_event (changed);
CREATE INDEX local_event_by_end ON local_event (upper(during));
CREATE INDEX local_event_during ON local_event USING gist (during);
CREATE INDEX booking_by_number ON booking (number) WHERE number IS NOT NULL;
CREATE INDEX booking_by_text_number ON booking (text_number) WHERE text_number IS NOT NULL;
CREATE INDEX booking_by_end ON booking (upper(during));
CREATE INDEX booking_confirmed ON booking (confirmed_at) WHERE confirmed_at IS NOT NULL;
CREATE INDEX booking_released ON booking (expires_at) WHERE state = 'released';
"""


def upgrade() -> None:
    """Add them."""
    op.get_bind().exec_driver_sql(INDEXES)
