"""A page for staff: today's figures, open call-backs, coming screenings. Off unless set."""
