"""The lab: every host a Debian container with its own network namespace, on one machine.

``lab.Lab`` is the whole of one environment, as ``ndc-labd`` owns it; ``substrate.LabSubstrate``
is what everybody else sees of it, through the daemon's socket.
"""
