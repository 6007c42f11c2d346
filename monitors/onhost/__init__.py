"""Watching's programs on hosts: exporter, heartbeat, probe."""
