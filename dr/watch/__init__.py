"""Who is dead, by whose words, and what would be done about it.

Read in this order: ``observers`` (from where others may be called dead), ``sight`` (what one of
them sees), ``lookout`` (what it saw, and says), ``watching`` (who is dead, by their words),
``steadiness`` (who is well since when), ``judging`` (what would be done, and by whom), ``deeds``
(what is done by itself), ``lever`` (by which nothing starts by itself).
"""
