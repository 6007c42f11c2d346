"""A world without hosts: sites, data and time behind the same ports that recovery uses live.

Deterministic for a seed, so that a disaster that was found once can be found again.

Read in this order. ``timeline`` (time), ``plant`` (power and links), ``quorum``, ``leases``,
``log``, ``copies``, ``members`` and ``database`` (one under Patroni), ``announced`` (what has an
address), ``stores``, ``truth`` (all of it), ``history`` (what has happened).

Who lives in it: ``citizens``, ``programs``, ``agents`` and ``words`` (what they say),
``controllers`` and ``sight_words``, ``tracers``.

As recovery reaches it: ``doors``, ``records``, ``patroni``, ``power``, ``votes``, ``exclusions``,
``routes``, ``stores_door``.

Then ``faults``, ``world`` (where messages go wrong and looks take time), ``journal``, and
``playing`` (a drill from its beginning to its end).
"""
