"""One module a source: each looks once, within a deadline, and touches nothing.

A reader returns what it saw, or raises Rejected (somebody answered no) or
Unreachable (nobody answered): what was not seen has no value.
"""
