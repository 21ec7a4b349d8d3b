"""The browser page at /phone, of a demo only: place a call, and watch what happens around it."""
