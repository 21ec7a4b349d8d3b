"""The browser page of a demo, at /phone: place a call and watch what happens."""
