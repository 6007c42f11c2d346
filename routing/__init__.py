"""What routers say: the intent of each, its text in FRR's words, the way from one to another.

Read in this order: ``intent`` (what a router is to do, as a value), ``text`` (the same in FRR's
words), ``passwords`` (of its sessions), ``tree`` (a configuration as a set of lines with their
contexts), ``delta`` (the commands from what runs to what is wanted), ``answers`` (what FRR says of
its sessions), ``health`` (what a router still lacks), ``routers`` (reads and changes them from the
operator's machine), ``avoidance`` (which links are to be avoided), ``refusals`` (what is refused
from which sites), ``onhost`` (avoids and refuses, on each router). Only ``routers`` and ``onhost``
connect to anything.
"""
