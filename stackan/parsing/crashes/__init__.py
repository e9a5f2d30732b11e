"""Dumps of crashed processes that systemd and Android print."""
