"""Reasons to refuse a move before anything is touched.

``table`` has every rule; ``placing`` are those about sites and records, ``data`` those about the
database, ``loss`` those about what was lost. ``staleness`` tells whether a plan may still be begun.
"""
