"""``ndc-relay``: every link of an environment, carried by one process.

Two TAPs in two namespaces and a delay line between them in each direction: small
kernels have no netem. This package starts in a fraction of a second, because a
dead relay is a dead network: it imports the standard library and nothing else.
"""
