"""The ``ndc`` command: the control plane of a network of national data centres.

The top floor, and thin: it parses, joins the rooms below, and prints. Read in this order:
``settings`` (where things are), ``streams`` (that a shell hands us), ``exits`` (what commands exit
with), ``wiring`` (what can be done with an environment; ``bring_up`` is all of ``ndc up``),
``daemons`` (processes other than ``ndc``), ``cli`` (a module a noun).
"""

import sys

# what libraries load for commands of their own, where it is installed: httpx for the command httpx,
# paramiko for `Match exec` in a person's ssh_config. Nobody here asks for either, and together they
# are a quarter of all that ``ndc status`` would load.
for unasked in ("httpx._main", "invoke"):
    sys.modules.setdefault(unasked, None)  # type: ignore[arg-type] # Python's word for "not there"
