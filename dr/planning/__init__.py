"""How a run is decided: what is asked for, whether it is refused, and the steps of what is not.

Read in this order. What is asked for: ``request``, ``losses`` (what has to move once something is
lost), ``store_losses`` (which stores begin elsewhere), ``wanted`` (what moves on purpose).

What speaks against it: ``bound`` and ``store_bound`` (what may be lost), ``copies`` (reasons not to
promote one), ``reseed`` (whether one may be made anew), ``proofs`` (what was practised of late),
``findings`` (what a person may pass over), ``rules`` (reasons to refuse).

What is done: ``plan`` (the value that is printed and then run), ``planner``, ``moving`` (the steps
of one service), ``rerouting`` (those of its address), ``far_copies`` (those about copies that never
lead by themselves), ``fencing`` (the proofs that what is lost cannot act), ``last_copy`` (the steps
that let a database go on without a copy), ``refusing`` (which borders refuse what it announces),
``store_moving`` (the steps of one store), ``store_planner`` (those beside a plan), ``votes`` (which
of them are taken out of the quorum).
"""
