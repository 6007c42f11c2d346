"""Pulumi programs: from a Network to resources."""
