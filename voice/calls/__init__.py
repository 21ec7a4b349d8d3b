"""Runs a call: Twilio's webhooks, the engine, the journal, the effects."""
