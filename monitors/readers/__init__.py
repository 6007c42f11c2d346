"""One module a source: each looks once, within a deadline, and touches nothing.

A reader returns what it saw, or raises NotSeen: what was not seen has no value.
"""
