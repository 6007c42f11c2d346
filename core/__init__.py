"""The ground that every room stands on: errors, clock, files, locks. Imports nothing of ours.

Read in this order: ``errors`` (sorted by what is then known), ``clock`` (time is handed in),
``system_clock`` (the only one who asks the machine), ``files``, ``locks``, ``formats`` (every
stored text has a number), ``text``, ``closing`` (what is open until it is closed),
``surroundings`` (of programs that we start), ``mounts`` (of this machine), ``host_paths``
(places on hosts), ``measure`` (what citizens noticed), ``stages`` (of a long command), ``audit``
(who changed what), ``audit_text``, ``runs`` (steps, once, whatever happens).
"""
