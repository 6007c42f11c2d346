"""What exists: segments, storage pools, hosts and links, made and changed by Pulumi.

Read in this order: ``resources`` (what can be asked for, as values), ``diff`` (what a changed
property costs), ``changes`` (what a plan and a report are made of), ``programs`` (from a network to
resources), ``removals`` (what a changed network takes away), ``substrates`` (the port behind which
things are made), ``provider`` (answers Pulumi's engine with a substrate), ``engine`` (drives all
stacks of a network at once).
"""
