"""Recovery's programs on hosts. What is called a main is started; the rest is what it is made of.

Read in this order. The agent: ``agent_main``, ``agent``, ``announcers`` and ``fellowship`` (who
else announces), ``local_check``, ``store_owner``, ``store_places``, ``agent_word``.

The guards, which obey recovery's keys: ``forced_command`` (how they speak), ``guard``,
``epoch_main``, ``epoch_record``, ``addresses``; on a border ``refuse_main`` and ``border``.

Who may write a database: ``lease_main``, ``lease_watch``, ``disk_watch``, ``postmaster``,
``member_page``, ``tags_main``.

What a former leader's log holds: ``log_end_main``, ``seam_main``, ``log_files``; ``rewind_main``,
``keep_main``, ``kept_main`` and ``log_tail`` (keep it); ``rows_main``, ``tail_changes``,
``row_listing``, ``row_reading``, ``row_questions`` and ``bare_server`` (list its rows).

What is asked there now and then: ``sight_main`` and ``lines`` (who answers), ``canary_main``,
``audit_main``; ``trace_main`` and ``tracers`` (for drills).
"""
