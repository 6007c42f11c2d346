"""``ndc-relay``: every link of an environment, carried by one process.

A link is two TAPs in two namespaces, with a delay line for each direction: small
kernels have no netem. While the relay is dead, no link carries anything. So this
package imports the standard library alone, and starts in a fraction of a second.
"""
