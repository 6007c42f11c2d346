"""A world without hosts: sites, data and time behind the same ports that recovery uses live.

Deterministic for a seed, so that a disaster that was found once can be found again.
"""
