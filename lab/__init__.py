"""The lab: every host a Debian container with its own network namespace, on one machine.

``lab.Lab`` is the whole of one environment, as ``ndc-labd`` owns it; ``substrate.LabSubstrate``
is what everybody else sees of it, through the daemon's socket. Read in this order.

From outside: ``substrate``, ``client``, ``status``, ``requests`` (what can be asked for).

The daemon: ``daemon``, ``server`` (its socket), ``verbs``, ``lab``, ``state`` (written before
anything is made), ``ground`` (where it stands), ``names``.

Hosts: ``hosts``, ``container``, ``overlay``, ``seed``, ``store``, ``cgroup``, ``network``,
``sshd``. Links: ``links``, ``faults``, ``relaying``, and ``relay``, the process that carries them.

The machine under it: ``machine`` and ``shared`` (what environments have in common), ``memory``,
``sweep`` (what a crash left), ``ip``, ``mounts``, ``processes``, ``tools``.
"""
