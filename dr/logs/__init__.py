"""What a database's log tells: where it ends, who goes on from it, and what nobody else has.

Read in this order: ``log_end`` (of a former leader), ``seam`` (where a copy's log meets its
leader's), ``succession`` (whether a new leader has all that the old one wrote), ``tail`` (what only
a former leader wrote down), ``log_records``, ``log_changes`` and ``heap_file`` (from its log to
rows that PostgreSQL reads), ``row_list`` (which rows these are), ``apart`` (what a host tells of a
tail). Pure: bytes and texts in, values out.
"""
