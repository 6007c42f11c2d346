"""Recovery: what is moved between sites, in which order, and when it is refused.

Read in this order.

What is done and how it is seen: ``actions`` and ``loss_actions`` (the verbs), ``questions`` and
``loss_questions`` (what is asked of the world, and of what was lost), ``conditions`` (what each
verb needs and brings about), ``doors`` and ``loss_doors`` (what recovery reaches), ``looks`` (one
look), ``eye`` and ``sightings`` (answer questions through the doors), ``hands`` (makes attempts
through them), ``placing`` (lets services be announced where their records say), ``telling`` (has
databases know what to do without a copy), ``accepting`` (has borders accept again what is
admitted), ``service_looks`` and ``store_looks`` (looks at services, and at stores), ``busy`` (who
leads or serves).

How a run is decided: ``request`` (what is asked for), ``losses`` (what has to move once something
is lost), ``wanted`` (what moves on purpose), ``facts`` (what was seen), ``bound`` (what may be
lost), ``admission`` (who is kept out), ``placement`` (which site serves, at which epoch),
``observers`` (from where others may be called dead), ``lookout`` (what one of them saw, and says),
``watching`` (who is dead, by their words), ``steadiness`` (who is well since when), ``judging``
(what would be done about it, and by whom), ``deeds`` (what is done by itself), ``lever`` (by which
nothing starts by itself), ``rules`` (reasons to refuse), ``findings`` (which of them a person may
pass over), ``proofs`` (what was practised of late), ``copies`` (reasons not to promote one),
``reseed`` (whether one may be made anew), ``planner``, ``moving`` (the steps of one service),
``rerouting`` (those of its address), ``far_copies`` (those about copies that never lead by
themselves), ``fencing`` (the proofs that what is lost cannot act), ``last_copy`` (the steps that
let a database go on without a copy), ``refusing`` (which borders refuse what it announces),
``store_bound`` (what may be lost of a store), ``store_losses`` (which stores begin elsewhere),
``store_moving`` (the steps of one), ``store_planner`` (steps of stores beside a plan), ``votes``
(which of them are taken out of the quorum), ``plan`` (the value that is printed and then run),
``ending`` (what its end is worth), ``store_report`` and ``report`` (what it came to),
``succession`` (whether a new leader has all that the old one wrote).

What is said and printed: ``experience`` (how long steps take, by earlier runs), ``progress``,
``plan_text``, ``plan_figures``, ``runbooks`` (which page to read about a run that stands still),
``run_text``, ``run_json``, ``report_text``, ``report_json``, ``timeline_picture`` and
``report_page`` (the report to look at); ``epochs`` (between a run and the guard of a host),
``sight`` (what an observer sees),
``log_end`` (of a former leader), ``seam`` (where a copy's log meets its leader's), ``edges`` (what
an agent does about a placement record), ``lease`` (until when a leader may write), ``tail`` (what
only a former leader wrote down), ``log_records``, ``log_changes`` and ``heap_file`` (from its log
to rows that PostgreSQL reads), ``row_list`` (which rows these are), ``apart`` (what a host tells of
a tail), ``disk`` (when a leader gives way since its disk does not), ``leave`` (what a far copy may
do), ``announcing`` (when a host withdraws that is ill, or serves what is elsewhere), ``tracing``
(what a drill writes into stores, to see what came over).

Then the subpackages: ``drills`` (what is practised, and how it went), ``verifier`` (what a stranger
makes of the evidence of a run), ``live`` works from the operator's machine, ``onhost`` runs on
hosts, ``simulation`` is a world without hosts. Carrying a plan out is the business of
``core.runs``.
"""
