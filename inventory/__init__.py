"""What is declared to exist, and everything that follows from it. Pure.

Read in this order. What downstream uses: ``names`` (identifiers), ``practice`` (what a drill may
take and say), ``initiative`` (what is done without a person), ``alarming`` (who is called),
``people``, ``promises`` (of losses), ``storage`` (pools, and the stores in them), ``timekeeping``
(clocks outside), ``network`` (what everything comes to), ``placed`` (what moves), ``refuges`` (who
fetches from a store), ``endpoints`` (ports), ``etcd`` (what lies where in it, and who may read it),
``postgresql`` (the same of databases), ``patroni`` (whom it obeys), ``system_accounts`` (as whom
our programs run), ``host_units`` (which units run where), ``host_passwords`` (who reads which of
them), ``host_stores`` (which stores a host serves), ``clocks`` (whose clock is compared with
which), ``contents`` (what each host holds).

From text to it: ``documents`` (values that remember their places), ``reader`` (from YAML to them),
``remains`` (what can be read of a file that is none), ``excess`` (of what nobody wrote),
``printable``, ``values``, ``calling``, ``storing``, ``timing`` and ``model``
(what may be written), ``checks`` and ``problems`` (everything wrong, at once), ``loader`` (the way
in), ``needs`` (what is moved before what), ``allocations`` and ``allocate`` (numbers, given for
good), ``addresses``, ``hosts``, ``derive_clocks``, ``derive_storage``, ``derive`` (where addresses
are made).

From it to others: ``network_text`` (network.json), ``ansible`` (the inventory of the playbooks),
``schema`` (for editors), ``topics`` and ``cells`` (the tables of ``ndc show``).
"""
