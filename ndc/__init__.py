"""The ``ndc`` command: the control plane of a network of national data centres.

The top floor, and thin: it parses, joins the rooms below, and prints. Read in this order:
``settings`` (where things are), ``streams`` (that a shell hands us), ``exits`` (what commands exit
with), ``wiring`` (what can be done with an environment; ``bring_up`` is all of ``ndc up``),
``daemons`` (processes other than ``ndc``), ``cli`` (a module a noun).
"""
