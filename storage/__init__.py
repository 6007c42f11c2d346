"""Datasets of files: recovery points, and their way from the site that writes to its refuges.

Read in this order: ``points`` (what a recovery point is, which are due and which may go), ``pool``
(what is done in a storage pool, as a port), ``requests`` (what a refuge asks of its source),
``pins`` (what a source must keep for its refuges), ``final_note`` (how a host ended),
``apart_note`` (how much it alone wrote), ``source_door`` (how one host asks another), ``seat``
(whether a host serves a store), ``turning`` (how the writing goes from one to another), ``placed``
and ``orders`` (where records and orders say that a store is written), ``succession`` (how one
begins whose predecessor is lost), ``read_back`` (whether a copy is what its source holds),
``standing`` (how a host says that it is with a store), ``serving`` (how a request is answered),
``scrub_note`` (when a pool was last read), ``hindrance`` (what keeps a refuge from what its source
has), ``page`` (what a host tells of copies and pools),
``duties`` (what a source and a refuge do, again and again), ``keeping`` (which of them a host is).
``onhost`` runs on hosts: btrfs, SSH, and the programs.
"""
