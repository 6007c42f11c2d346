"""What is declared to exist, and everything that follows from it. Pure.

Read in this order. What downstream uses: ``names`` (identifiers), ``practice`` (what a drill may
take and say), ``alarming`` (who is called), ``network`` (what everything comes to), ``endpoints``
(ports), ``etcd`` (what lies where in it, and who may read it), ``postgresql`` (the same of
databases), ``patroni`` (whom it obeys), ``system_accounts`` (as whom our programs run),
``host_units`` (which units run where), ``contents`` (what each host holds).

From text to it: ``documents`` (YAML that remembers its places), ``printable`` and ``model`` (what
may be written), ``checks`` and ``problems`` (everything wrong, at once), ``loader`` (the way in),
``allocations`` and ``allocate`` (numbers, given for good), ``addresses``, ``hosts``, ``derive``
(where addresses are made).

From it to others: ``network_text`` (network.json), ``ansible`` (the inventory of the playbooks),
``schema`` (for editors), ``topics`` and ``cells`` (the tables of ``ndc show``).
"""
