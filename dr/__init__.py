"""Recovery: what is moved between sites, in which order, and when it is refused.

Read in this order. What all of it speaks of: ``facts`` (what was seen), ``placement`` (which site
serves, at which epoch), ``admission`` (who is kept out), ``actions`` and ``loss_actions`` (the
verbs), ``questions`` and ``loss_questions`` (what is asked of the world, and of what was lost),
``conditions`` (what each verb needs and brings about), ``doors`` and ``loss_doors`` (what recovery
reaches), ``looks`` (one look), ``hands`` (makes attempts through the doors).

What decides, each a package: ``logs`` (what a database's log tells), ``watch`` (who is dead, by
whose words), ``hosts`` (what a host decides by itself), ``planning`` (how a run is decided),
``looking`` (answers questions through the doors), ``reporting`` (what is said and printed).

What ``ndc up`` brings about as well: ``placing`` (lets services be announced where their records
say), ``telling`` (has databases know what to do without a copy), ``accepting`` (has borders accept
again what is admitted). And ``tracing``: what a drill writes into stores, to see what came over.

Then ``drills`` (what is practised, and how it went), ``verifier`` (what a stranger makes of the
evidence of a run), ``live`` works from the operator's machine, ``onhost`` runs on hosts,
``simulation`` is a world without hosts. Carrying a plan out is the business of ``core.runs``.
"""
