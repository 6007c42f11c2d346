"""Reasons to refuse a move before anything is touched.

``table`` has every rule; ``placing`` are those about sites and records, ``data`` those about the
database, ``lacking`` those about a copy that may lack some of it, ``loss`` those about what was
lost; ``soft`` are those that a named person may pass over; ``together`` has all that objects to
what moves in one plan on purpose. ``staleness`` tells whether a plan may still be begun.
"""
