"""A booked visit whose event is in the Google stand-in."""

from typing import NamedTuple

from stand_ins.google.server import Google

from calendar_sync.clinic import Clinic


class GoogleVisit(NamedTuple):
    """A clinic with Google's calendar, that calendar, and a visit at Tue Dec 1, 9:00 AM."""

    clinic: Clinic
    google: Google
    booking_id: int
    event: str
