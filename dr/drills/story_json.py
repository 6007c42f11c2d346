"""A drill on the table or in a rehearsal, as a program reads it. Pure."""

from __future__ import annotations

import json

from dr.drills.drill_report import plain_citizens
from dr.drills.store_text import plain_recovery
from dr.drills.story import Story
from dr.planning.plan import to_text


def story_plain(story: Story, *, carried: bool) -> dict[str, object]:
    """Return ``story``, JSON-ready; durations are seconds, null is what nobody knows.

    One that was not ``carried`` ends with its plan: neither did it pass, nor fail.
    """
    exercise, refusal = story.exercise, story.refusal
    plain: dict[str, object] = {
        "drill": exercise.name,
        "title": exercise.drill.title,
        "mode": "rehearsal" if carried else "tabletop",
        "service": exercise.drill.service,
        "active": exercise.active,
        "takes": exercise.sentence,
        "before": dict(story.before),
        "detected_after_seconds": story.detected_after.total_seconds(),
        "plan": json.loads(to_text(story.plan)) if story.plan else None,
        "refusal": refusal.lines() if refusal else None,
    }
    if not carried:
        return plain
    return {
        **plain,
        "passed": story.passed,
        "after": dict(story.after),
        **plain_citizens(story.measure),
        "stores": [plain_recovery(one) for one in story.stores],
    }
