"""Runs a call: Twilio's voice webhooks, the engine, the journal, the effects."""
