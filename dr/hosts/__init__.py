"""What a host decides by itself, whoever cannot be asked.

Read in this order: ``edges`` (what an agent does about a placement record), ``epochs`` (between a
run and the guard of a host), ``announcing`` (when a host withdraws that is ill, or serves what is
elsewhere), ``lease`` (until when a leader may write), ``leave`` (what a far copy may do), ``disk``
(when a leader gives way since its disk does not answer).
"""
