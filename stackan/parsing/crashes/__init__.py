"""Dumps of crashed processes that systemd prints."""
