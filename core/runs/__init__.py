"""The one machine for "do these steps, once, whatever happens".

Read in this order: ``plan`` (steps as values), ``machine`` (states of a step and
the only ways between them), ``journal`` (what is written down), ``statement``
(what is signed), ``consent`` (who lets a step begin), ``run`` (a journal, folded),
``ports``, ``flight``, ``engine`` (the loop). Generic over the action: what is done
is no business of this package.
"""
