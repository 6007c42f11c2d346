"""Recovery: what is moved between sites, in which order, and when it is refused.

Read in this order: ``actions`` (the verbs), ``questions`` (what is asked of the
world), ``conditions`` (what each verb needs and brings about), ``facts``,
``rules`` (reasons to refuse), ``planner``, ``plan``, ``report``. Carrying a plan
out is ``core.runs``'s business.
"""
