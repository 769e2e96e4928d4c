"""The published thresholds are those that count."""

from __future__ import annotations

import re
from pathlib import Path

from breadknife.plugins.prose.evidence.contexts import EVIDENT
from breadknife.plugins.prose.evidence.kinds import KINDS
from breadknife.plugins.prose.model.thresholds import CARELESS, JUDGED, MISSPELLED, PROPOSED

DOCS = Path(__file__).parents[2] / "docs" / "plugins" / "prose-model.md"
_ROW = re.compile(r"^\| `model/(\w+)` .*\| (−?[\d.]+) \|$", re.MULTILINE)


def test_the_documentation_has_each_threshold() -> None:
    text = DOCS.read_text("utf-8")
    published = {rule: float(number.replace("−", "-")) for rule, number in _ROW.findall(text)}
    assert published == dict(PROPOSED)
    assert f"those that need no judge | {JUDGED} |" in text
    assert f"in no dictionary | {MISSPELLED} |" in text
    assert f"need {CARELESS:.0f} nats less" in " ".join(text.split())


def test_each_frame_has_a_threshold_and_no_name_of_a_kind() -> None:
    assert PROPOSED.keys() == EVIDENT
    assert PROPOSED.keys().isdisjoint(KINDS.by_name)
