"""The lab: every host a Debian container with its own network namespace, on one machine.

``lab.Lab`` is the whole of one environment, and belongs to ``ndc-labd``. Every other program
reaches it through the daemon's socket, by ``substrate.LabSubstrate`` or ``client.Labd``.
Read in this order.

From outside: ``substrate``, ``client``, ``status``, ``requests`` (what can be asked for).

The daemon: ``daemon``, ``server`` (its socket), ``verbs``, ``lab``, ``state`` (written before
anything is made), ``ground`` (its folders, names and clock), ``names``, ``logs``
(kept short). Who may fence asks
``power_port``, which speaks ``redfish``; ``power`` tells one life of a host from another.

Hosts: ``hosts``, ``refusals``, ``container``, ``overlay``, ``disk`` (a host's own, which a power
cut can stop), ``accounts``, ``patching`` (another image under a host's data), ``seed``, ``cgroup``,
``network``, ``sshd``. Storage: ``pools``, ``pool_device``, ``plug`` (into a host that is on).
Links: ``links``, ``faults``, ``relaying``, and ``relay``, the process that carries them.

The machine under it: ``machine`` and ``shared`` (what environments have in common), ``memory``,
``sweep`` (what a crash left), ``ip``, ``mounts``, ``processes``, ``tools``.
"""
