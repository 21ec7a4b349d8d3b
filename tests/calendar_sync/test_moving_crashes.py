"""The process dies at any await of a move or a cancel, and all heals as if it had not."""

from clinic import confirmed, live_events, own_event, requests, row, span
from killing import KilledAt
from test_crashes import at_every_await, slot

from calendar_sync.bookings import Held, hold
from calendar_sync.desk import Desk
from calendar_sync.inserting import insert, withdraw
from calendar_sync.moving import carry_out
from calendar_sync.patient_changes import Cancelled, Moving, cancel, holder_of, move, move_state
from calendar_sync.staff_jobs import follow_all
