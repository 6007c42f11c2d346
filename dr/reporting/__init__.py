"""What is said and printed of plans, runs and what they came to.

Read in this order. Of a plan: ``experience`` (how long steps take, by earlier runs), ``plan_text``,
``plan_figures``. Of a run: ``progress``, ``run_text``, ``run_json``, ``runbooks`` (which page to
read about one that stands still). Of its end: ``ending`` (what it is worth), ``store_report`` and
``report`` (what it came to), ``report_text``, ``report_json``, ``timeline_picture`` and
``report_page`` (the report to look at).
"""
