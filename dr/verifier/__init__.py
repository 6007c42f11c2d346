"""Verifies a pack of evidence by public keys alone: no network, no environment, nobody's word.

It counts everything anew, and so shares no code with what wrote the journal, kept the ledger or
made the report; an import contract sees to that. What it knows of their formats it knows as a
stranger does. Read in this order: ``findings``, ``keys``, ``contents`` (the files, and who signed
for them), ``journal`` (what was done, who asked), ``anchors`` (who was told of it, and when),
``ledger`` (the writes, counted), ``report`` (whether it says the same), ``verification``,
``verification_text``.
"""
