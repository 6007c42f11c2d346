"""Hosts as containers on one Linux machine, and the links between them."""
