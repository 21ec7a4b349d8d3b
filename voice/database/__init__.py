"""The PostgreSQL database: connecting, the embedded server, migrations."""
