"""What is practised: losses and moves that are declared, and whether they went as they had to.

Read ``exercise`` (what a drill takes away now), ``store_recovery`` (what became of one store that
lost its writer), ``stores_taken`` (which do), ``hypothesis`` (what had to be so, and was it),
``planning`` (the plan that answers it). On the table and in a rehearsal, which
``dr.simulation.playing`` plays: ``story`` (how one went), ``story_json``. In a network: ``record``
(what is written down before it is taken), ``alarms`` (which called a person, by the word of all who
judge), ``scene`` (the network, and who breaks it), ``answering`` and ``answered`` (who answers the
loss, and how that went), ``cleaning`` (all is given back, whoever took it), ``store_watch``
(tracers before the loss, and what came over), ``settling`` (all is green, without an alarm, and
stays so), ``live_drill`` (all of it in order), ``drill_report`` and ``drill_report_text`` (what it
came to), ``store_text`` and ``alarm_text`` (the same of a store, and of alarms). ``cadence`` (what
proved a drill, and when it is due again), ``drill_text`` (the rest for a person).

It touches nothing but through its scene.
"""
