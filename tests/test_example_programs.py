"""The programs of `examples/programs`, with the real models."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

PROGRAMS = Path(__file__).parents[1] / "examples" / "programs"
pytestmark = pytest.mark.slow


def run(name: str, *words: str) -> str:
    command = [sys.executable, str(PROGRAMS / name), *words]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=280).stdout


@pytest.mark.parametrize("program", sorted(PROGRAMS.glob("*.py")), ids=lambda path: path.name)
def test_it_is_short(program: Path) -> None:
    assert len(program.read_text("utf-8").splitlines()) < 150


@pytest.mark.model
def test_the_miller_understands_and_says_only_what_is_true(real_engine: object) -> None:
    asked = (
        "Do you have any flour left?",
        "I'd like to buy a sack of it",
        "Is the way to town free?",
        "Why is pi odd?",
    )
    answers = run("game_character.py", *asked).splitlines()
    assert [answer.partition("“")[2].rstrip("”") for answer in answers] == [
        "3 sacks are left, at 12 coins each.",
        "Here you are. That is 12 coins.",
        "The bridge is down, so the road is closed.",
        "I grind corn. Ask me about flour, or about the road.",
    ]
    for answer in answers:
        gesture = answer.partition("“")[0].strip()
        assert gesture.startswith("The miller ")
        assert not any(char.isdigit() for char in gesture)


@pytest.mark.model
@pytest.mark.skipif(find_spec("faster_whisper") is None, reason="pip install -e '.[examples]'")
def test_a_clip_is_tagged_by_what_is_said(real_engine: object) -> None:
    tags = ("cooking", "football", "politics", "home repair", "weather")
    found = json.loads(run("clip_tagger.py", str(PROGRAMS / "bread.ogg"), *tags))
    assert "flour" in " ".join(each["text"] for each in found["said"])
    assert [tag["name"] for tag in found["tags"]][:1] == ["cooking"]
    assert "politics" not in [tag["name"] for tag in found["tags"]]
