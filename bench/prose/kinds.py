"""Fit the kinds of errors in `prose/evidence/kinds.toml` to what maintainers corrected.

    python bench/prose/kinds.py collect ROWS CORRECTIONS TEXTS SPLIT [--model] [--paragraphs N] [--part I/N]
    python bench/prose/kinds.py weights ROWS…
    python bench/prose/kinds.py thresholds ROWS…

`collect` adds to the file ROWS what counts, and with `--model` the small model, say of each change that is possible in
the lines that maintainers corrected and in other paragraphs of the same repositories. CORRECTIONS and TEXTS are those
of `corrections.py`. `weights` prints the `[weights]` of counts for the table, `thresholds` the table's `[with_model]`,
and for each kind, and each frame of words (`thresholds.toml`), the lowest threshold from which on it is right when it
speaks. Both judge a repository by what the other half of the repositories says. Counts know the corrected lines of the
training part already, so that rows of SPLIT `tune` are to be fitted.
"""

from __future__ import annotations

import argparse
import difflib
import hashlib
import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path += [str(Path(__file__).parent), str(Path(__file__).parents[1] / "engine")]

from corpus import split_of
from corrections import is_english, read_english
from peers import own_home

from breadknife.cancel import CancelToken
from breadknife.plugins.prose.evidence.candidates import ASKED, measure_candidates
from breadknife.plugins.prose.evidence.frames import find_framed
from breadknife.plugins.prose.evidence.kinds import KINDS, MOST_MARGIN, WEIGHTS
from breadknife.plugins.prose.model.likelihood import TextLikelihood
from breadknife.plugins.prose.model.proposer import FURTHER, MOST, is_read
from breadknife.text.document import Span
from breadknife.text.sentences import Certainty, sentence_ends

RIGHT, PER_1000 = 0.8, 0.03
"""How often a kind must be right when it speaks of corrected lines, and how often it may speak in 1,000 words of other
lines: seldom, for a page has far fewer errors than those lines. At 0.14 two readers found all of five findings wrong.
"""
LEAST_RIGHT = 3
FRAMES = "frames"
LONGEST = 3_000
"""Characters of a paragraph that are read."""
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Change:
    """A change of a text that is possible, and what is known of it."""

    text: int
    """The number of its text in the file."""
    repository: str
    kind: str
    """A row of `kinds.toml`, or the rule of a frame."""
    span: tuple[int, int]
    features: tuple[float, ...]
    """Those of counts; of a frame none."""
    margin: float
    """0 without a model."""
    verdict: str
    """`right`: it gives the maintainer's line; `touched`: it is about what they changed; `left`: about something else
    in that line; `clean`: about a line that nobody corrected."""


@dataclass(frozen=True)
class Text:
    repository: str
    words: int
    before: str
    after: str
    """Empty for a line that nobody corrected."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    collecting = commands.add_parser("collect")
    for name in ("rows", "corrections", "texts"):
        collecting.add_argument(name, type=Path)
    collecting.add_argument("split", choices=("train", "tune", "test"))
    collecting.add_argument("--model", action="store_true")
    collecting.add_argument("--paragraphs", type=int, default=100, help="of each repository")
    collecting.add_argument("--least", type=float, default=ASKED, help="the score from which on the model is asked")
    collecting.add_argument("--part", default="1/1")
    for name in ("weights", "thresholds"):
        commands.add_parser(name).add_argument("rows", type=Path, nargs="+")
    chosen = parser.parse_args()
    if chosen.command == "collect":
        texts = list_texts(chosen.corrections, chosen.texts, chosen.split, chosen.paragraphs)
        part, parts = map(int, chosen.part.split("/"))
        with own_home(), chosen.rows.open("a", encoding="utf-8") as out:
            likelihood = start_model() if chosen.model else None
            for number, text in [*enumerate(texts)][part - 1 :: parts]:
                changes = [asdict(each) for each in list_changes(number, text, likelihood, chosen.least)]
                line = {"words": text.words, "is_corrected": bool(text.after), "changes": changes}
                out.write(json.dumps(line) + "\n")
        return
    words, changes = Counter[bool](), list[Change]()
    for path in chosen.rows:
        for row in map(json.loads, path.read_text("utf-8").splitlines()):
            words[row["is_corrected"]] += row["words"]
            changes += (Change(**each) for each in row["changes"])
    (fit_weights if chosen.command == "weights" else choose_thresholds)(changes, words)


def list_texts(corrections: Path, texts: Path, split: str, most: int, *, punctuation: bool = False) -> list[Text]:
    """Return the lines of that part of the repositories that maintainers corrected, with or without those of which they
    corrected only the punctuation, and paragraphs of the same repositories."""
    found = list[Text]()
    for line in corrections.read_text("utf-8").splitlines():
        kind, repository, _, _, _, *sides = line.split("\t")
        if (punctuation or kind != "punctuation") and split_of(repository) == split:
            before, after = map(read_english, sides)
            if before and after and before != after:
                found.append(Text(repository, len(before.split()), before, after))
    for path in sorted(texts.glob("*+*.txt")):
        repository = path.stem.replace("+", "/", 1)
        if split_of(repository) == split:
            own = [line.rpartition("\t")[2] for line in path.read_text("utf-8").splitlines()]
            own = [text for text in own if is_english(text)]
            for text in random.Random(repository).sample(own, min(most, len(own))):
                found.append(Text(repository, len(text[:LONGEST].split()), text[:LONGEST], ""))
    return found


def start_model() -> TextLikelihood:
    from calibrate import BenchModel

    from breadknife.engine.client import DaemonEngine

    return TextLikelihood(BenchModel(DaemonEngine()), CancelToken())


def list_changes(number: int, text: Text, likelihood: TextLikelihood | None, least: float) -> Iterator[Change]:
    """Yield what counts speak for; with a model what reaches the least score, and frames' changes."""
    counted = [*measure_candidates(text.before, frozenset(KINDS.by_name))]

    def change(kind: str, span: Span, new: str, features: Sequence[float], margin: float) -> Change:
        verdict = judge(text, span, new)
        return Change(number, text.repository, kind, (span.start, span.end), tuple(features), round(margin, 3), verdict)

    if likelihood is None:
        for each, features in counted:
            rounded = [round(feature, 3) for feature in features]
            yield change(each.kind, each.span, each.replacement, rounded, 0.0)
        return
    start = 0
    for end in sentence_ends(text.before, least=Certainty.POSSIBLE):
        start, sentence = end, Span(start, end)
        read = text.before[sentence.start : sentence.end]
        if not is_read(read):
            continue
        own = [each for each in counted if sentence.contains(each[0].span) and each[0].score >= least]
        own = sorted(own, key=lambda each: -each[0].score)[:MOST]
        framed = [*find_framed(read)][:MOST]
        asked = [(each.span.shifted(-sentence.start), each.replacement) for each, _ in own]
        asked += [(each.span, each.replacement) for each in framed]
        margins = likelihood.margins(read, asked, FURTHER) if asked else ()
        for (each, features), margin in zip(own, margins, strict=False):
            yield change(each.kind, each.span, each.replacement, features, margin)
        for each, margin in zip(framed, margins[len(own) :], strict=True):
            yield change(each.rule, each.span.shifted(sentence.start), each.replacement, (), margin)


def judge(text: Text, span: Span, new: str) -> str:
    if not text.after:
        return "clean"
    if (text.before[: span.start] + new + text.before[span.end :]).split() == text.after.split():
        return "right"
    codes = difflib.SequenceMatcher(None, text.before, text.after, autojunk=False).get_opcodes()
    places = [Span(start, end) for tag, start, end, _, _ in codes if tag != "equal"]
    return "touched" if span.touches(Span(places[0].start, places[-1].end)) else "left"


# --- fitting


def half_of(repository: str) -> int:
    return hashlib.sha256(repository.encode()).digest()[1] % 2


def source_of(kind: str) -> str:
    return KINDS.by_name[kind].source if kind in KINDS.by_name else FRAMES


def regress(rows: Floats, right: Floats, decay: float = 1.0) -> Floats:
    """Return a constant and the weights of the columns that make what was right likeliest (Newton's method), with a
    little decay."""
    mean, spread = rows.mean(0), rows.std(0) + 1e-9
    scaled = np.column_stack((np.ones(len(rows)), (rows - mean) / spread))
    free = np.array([0.0] + [1.0] * rows.shape[1])
    weights = np.zeros(len(free))
    for _ in range(50):
        likely = 1 / (1 + np.exp(-np.clip(scaled @ weights, -30, 30)))
        gradient = scaled.T @ (right - likely) - decay * free * weights
        curvature = (scaled.T * (likely * (1 - likely))) @ scaled + decay * np.diag(free)
        weights += np.linalg.solve(curvature, gradient)
    slopes = weights[1:] / spread
    return np.concatenate(([weights[0] - slopes @ mean], slopes))


def fit_sources(
    changes: Sequence[Change], inputs: Callable[[Change], Sequence[float]]
) -> tuple[Mapping[str, Floats], Floats]:
    """Return for each source the weights, and for each change its score by the weights of the other half."""
    scores, fitted = np.zeros(len(changes)), dict[str, Floats]()
    by_source = defaultdict[str, list[int]](list)
    for index, each in enumerate(changes):
        by_source[source_of(each.kind)].append(index)
    for source, own in by_source.items():
        if source == FRAMES:
            scores[own] = [changes[index].margin for index in own]
            continue
        rows = np.array([inputs(changes[index]) for index in own])
        right = np.array([float(changes[index].verdict == "right") for index in own])
        half = np.array([half_of(changes[index].repository) for index in own])
        for other in (0, 1):
            weights = regress(rows[half != other], right[half != other])
            scores[np.array(own)[half == other]] = weights[0] + rows[half == other] @ weights[1:]
        fitted[source] = regress(rows, right)
    return fitted, scores


def fit_weights(changes: Sequence[Change], words: Counter[bool]) -> None:
    fitted, scores = fit_sources(changes, lambda each: each.features)
    print("[weights]", *(f"{source} = {np.round(fitted[source], 3).tolist()}" for source in fitted), sep="\n")
    print("# without a model")
    print_kinds(changes, scores, words)


def choose_thresholds(changes: Sequence[Change], words: Counter[bool]) -> None:
    def score(each: Change) -> tuple[float, float]:
        constant, *weights = WEIGHTS[KINDS.by_name[each.kind].source]
        counted = constant + sum(weight * feature for weight, feature in zip(weights, each.features, strict=True))
        return counted, min(max(each.margin, -MOST_MARGIN), MOST_MARGIN)

    fitted, scores = fit_sources(changes, score)
    print("[with_model]", *(f"{source} = {np.round(fitted[source], 3).tolist()}" for source in fitted), sep="\n")
    print_kinds(changes, scores, words)


def print_kinds(changes: Sequence[Change], scores: Floats, words: Counter[bool]) -> None:
    """Print for each kind what it would say at its threshold, and at others."""
    spoken = defaultdict[str, list[tuple[float, str]]](list)
    for index in list_best(changes, scores):
        spoken[changes[index].kind].append((float(scores[index]), changes[index].verdict))
    for kind, said in sorted(spoken.items()):
        levels = [(level, Counter(verdict for score, verdict in said if score >= level)) for level in list_levels(said)]
        good = [(level, count) for level, count in levels if is_good(count, words[False])]
        print(f"{kind:18}", describe(*good[-1], words) if good else "off", sep="  ")
        for level, count in levels[:: max(1, len(levels) // 6)]:
            print(f"{'':20}{describe(level, count, words)}")


def list_best(changes: Sequence[Change], scores: Floats) -> Iterator[int]:
    """Yield the changes that would be shown: of those that touch, the one with the highest score."""
    by_text = defaultdict[int, list[int]](list)
    for index, each in enumerate(changes):
        by_text[each.text].append(index)
    for own in by_text.values():
        kept = list[Span]()
        for index in sorted(own, key=lambda index: -scores[index]):
            span = Span(*changes[index].span)
            if not any(span.start - 1 <= other.end and other.start <= span.end + 1 for other in kept):
                kept.append(span)
                yield index


def list_levels(said: Iterable[tuple[float, str]]) -> list[float]:
    """Return the scores at which something right is said, the highest first."""
    return sorted({score for score, verdict in said if verdict == "right"}, reverse=True)


def is_good(count: Counter[str], clean: int) -> bool:
    spoken = count["right"] + count["touched"] + count["left"]
    return count["right"] >= max(LEAST_RIGHT, RIGHT * spoken) and 1_000 * count["clean"] <= PER_1000 * clean


def describe(level: float, count: Counter[str], words: Counter[bool]) -> str:
    spoken = count["right"] + count["touched"] + count["left"]
    return (
        f"{level:6.2f}: {count['right']} of {spoken} ({count['touched']} other, {count['left']} elsewhere); "
        f"{1_000 * count['clean'] / max(words[False], 1):.3f} in 1,000 of {words[False]:,} words"
    )


if __name__ == "__main__":
    main()
