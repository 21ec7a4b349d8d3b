"""How long each thing may take, by the database's clock, and what is done after that."""

from datetime import timedelta

HOLD_LIFETIME = timedelta(minutes=5)
"""A call keeps a time this long while the caller decides."""

OFFER_HOLD_LIFETIME = timedelta(minutes=35)
"""A time that is offered to somebody who waits: a little longer than the offer, so that it is held
for the next in line before the hold is over."""

ORPHANED_AFTER = timedelta(minutes=2)
"""A confirmed booking that no job works on is queued again after this long."""

OVERDUE_AFTER = timedelta(minutes=5)
"""Whatever a patient or staff wait for is on the call-back list after this long."""

LINK_TIMEOUT = timedelta(minutes=5)
"""After this long an event without a video link counts as one that gets none."""

PATIENT_GONE_AFTER = timedelta(seconds=30)
"""A patient who asked for another time has left the page after this long: staff call instead."""

CALL_TIMEOUT = timedelta(hours=1)
"""A call whose end was never reported counts as ended after this long."""

LOST_BOOKING_WINDOW = timedelta(days=1)
"""Callers who lost their time are looked for among the confirmations of this long."""

INSERT_SETTLES = timedelta(minutes=2)
"""An insert whose answer was lost may still take effect this long after it was given up."""
