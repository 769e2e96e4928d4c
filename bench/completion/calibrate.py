"""How sure the model must be: the table behind the threshold of low confidence, and the constants of `confidence`.

    python bench/completion/calibrate.py [--lines N] [--model NAME]

Rests of lines are cut out of current releases, which came out after the model's training. The model is asked greedily
in the product's own prompt, and what passes all other filters is compared with what stood there. A line is cut at
four places, so that its prompt is evaluated once.
"""

from __future__ import annotations

import argparse
import io
import math
import os
import random
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from breadknife.cancel import CancelToken
from breadknife.engine.api import GenerateRequest
from breadknife.engine.client import DaemonEngine
from breadknife.engine.fim import QWEN
from breadknife.plugins.completion.cursor import CursorContext
from breadknife.plugins.completion.filters import Draft, confidence, fitted
from breadknife.plugins.completion.filters.confidence import first_line
from breadknife.plugins.completion.prompt import fim_prompt
from breadknife.plugins.completion.shape import shape_at
from breadknife.plugins.completion.truncate import truncate
from breadknife.task.values import Silence
from breadknife.text.document import Document, language_of
from breadknife.text.syntax import parse

PYPI = ("pydantic-ai-slim", "openai-agents", "smolagents")
NPM = ("zod", "@tanstack/query-core")
GO = ("github.com/mark3labs/mcp-go",)
"""Begun or written anew after 2024-09, so that the model hasn't seen their files."""

SIZES = range(600, 2_000)
"""Characters of a file: a short prompt is soon evaluated."""
FILES_OF_ONE = 6
CUTS = 4
THRESHOLDS = (0.0, 0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)


@dataclass(frozen=True)
class Place:
    document: Document
    offset: int
    wanted: str
    """What stood between the cursor and the line's end."""


@dataclass(frozen=True)
class Outcome:
    place: Place
    shown: str
    """What passes all filters but that of confidence, or its reason."""
    silent: bool
    draft: Draft

    @property
    def first(self) -> str:
        return "" if self.silent else self.shown.split("\n")[0].rstrip()

    @property
    def is_right(self) -> bool:
        return self.first == self.place.wanted and not self.silent

    @property
    def right_characters(self) -> int:
        pairs = zip(self.first, self.place.wanted, strict=False)
        return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(self.first), len(self.place.wanted)))


def sources(folder: Path) -> Iterator[tuple[str, str, str]]:
    """(package, name, text) of the files in each package."""
    for package in PYPI:
        run(sys.executable, "-m", "pip", "download", "-q", "--no-deps", package, cwd=folder)
    run("npm", "pack", "--silent", *NPM, cwd=folder)
    for module in GO:
        # -modcacherw: a folder of read-only files can't be removed.
        go = {"GOPATH": str(folder / "go"), "GOFLAGS": "-modcacherw"}
        run("go", "mod", "download", f"{module}@latest", cwd=folder, env=go)
    for archive in sorted(folder.rglob("*")):
        if archive.suffix in (".whl", ".zip"):
            with zipfile.ZipFile(archive) as zipped:
                for name in zipped.namelist():
                    yield archive.name, name, zipped.read(name).decode("utf-8", "replace")
        elif archive.suffix == ".tgz":
            with tarfile.open(fileobj=io.BytesIO(archive.read_bytes())) as tarred:
                for member in tarred:
                    if (file := tarred.extractfile(member)) is not None:
                        yield archive.name, member.name, file.read().decode("utf-8", "replace")


def run(*command: str, cwd: Path, env: dict[str, str] | None = None) -> None:
    subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.DEVNULL, env={**os.environ, **(env or {})})


def chosen(found: Iterator[tuple[str, str, str]], chance: random.Random) -> list[Document]:
    by_package: dict[str, list[Document]] = {}
    for package, name, text in found:
        language = language_of(Path(name))
        code = language in ("python", "typescript", "go") and not name.endswith((".d.ts", "_test.go"))
        if code and len(text) in SIZES and "test" not in name and "/v3/" not in name and "/locales/" not in name:
            by_package.setdefault(package, []).append(Document(f"file:///{name}", str(language), text))
    return [
        document
        for documents in by_package.values()
        for document in chance.sample(documents, min(FILES_OF_ONE, len(documents)))
    ]


def cut(document: Document, lines: int, chance: random.Random) -> Iterator[Place]:
    """Each line at its beginning and at three words, from left to right."""
    numbers = [n for n in range(5, document.line_count) if len(document.line_text(n).strip()) > 12]
    for number in sorted(chance.sample(numbers, min(lines, len(numbers)))):
        span = document.line_span(number)
        text = document.text[span.start : span.end].rstrip()
        indent = len(text) - len(text.lstrip())
        words = [at for at in range(indent + 2, len(text) - 3) if _may_stand(text, at)]
        for at in (indent, *sorted(chance.sample(words, min(CUTS - 1, len(words))))):
            left = document.text[: span.start + at] + document.text[span.end :]
            yield Place(Document(document.uri, document.language, left), span.start + at, text[at:])


def _may_stand(text: str, at: int) -> bool:
    """Whether a cursor comes to stand there when the line is typed: not within a word or in front of its blank."""
    return not text[at].isspace() and not (_is_word(text[at - 1]) and _is_word(text[at]))


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def asked(engine: DaemonEngine, model: str, place: Place) -> Outcome:
    document, offset = place.document, place.offset
    tree = parse(document.text, document.language)
    cursor = CursorContext(document, offset, tree)
    shape = shape_at(cursor, invoked=True)
    start = len(document.text[:offset].rstrip(" \t"))
    text, logprobs = "", ()
    for begin in dict.fromkeys((start, offset)):
        text, logprobs = written(engine, model, document, begin, offset)
        if text.startswith(typed := document.text[begin:offset]):
            # The blanks that are there already are part of the first token.
            part, complete = truncate(text[len(typed) :], shape)
            share = math.ceil(len(logprobs) * (len(typed) + len(part)) / max(len(text), 1))
            draft = Draft(part, cursor, shape, complete, logprobs[:share])
            fit = fitted(draft, threshold=0.0)
            silent = isinstance(fit, Silence)
            return Outcome(place, fit.reason if isinstance(fit, Silence) else fit, silent, draft)
    return Outcome(place, "empty", True, Draft("", cursor, shape))


def written(
    engine: DaemonEngine, model: str, document: Document, start: int, offset: int
) -> tuple[str, tuple[float, ...]]:
    text, logprobs = "", list[float]()
    request = GenerateRequest(model, fim_prompt(document, start, offset), 32, stop=QWEN.stops)
    for chunk in engine.generate(request, CancelToken()):
        text += chunk.text
        if chunk.text:
            logprobs.append(chunk.logprob)
        if "\n" in text.lstrip() and len(text.strip()) > 1:
            break
    return text, tuple(logprobs)


def fit_logistic(rows: Sequence[tuple[Sequence[float], bool]], steps: int = 4_000, rate: float = 0.05) -> list[float]:
    """Weights of a logistic regression with an intercept, by gradient descent."""
    weights = [0.0] * (len(rows[0][0]) + 1)
    for _ in range(steps):
        slope = [0.0] * len(weights)
        for features, right in rows:
            inputs = (1.0, *features)
            error = 1 / (1 + math.exp(-sum(w * x for w, x in zip(weights, inputs, strict=True)))) - right
            slope = [s + error * x for s, x in zip(slope, inputs, strict=True)]
        weights = [w - rate * s / len(rows) for w, s in zip(weights, slope, strict=True)]
    return weights


def report(outcomes: Sequence[Outcome]) -> None:
    judged = [outcome for outcome in outcomes if not outcome.silent and outcome.draft.logprobs]
    reasons: dict[str, int] = {}
    for outcome in outcomes:
        if outcome.silent:
            reasons[outcome.shown] = reasons.get(outcome.shown, 0) + 1
    print(f"{len(outcomes)} places, {len(judged)} pass the other filters; silent: {reasons}")
    rows = [((sum(first_line(outcome.draft)),), outcome.is_right) for outcome in judged]
    print("(intercept, slope):", [round(weight, 2) for weight in fit_logistic(rows)])
    right, characters = sum(o.is_right for o in judged), sum(o.right_characters for o in judged)
    print("| threshold | shown | of them right | of the right ones | of the right characters | right characters each |")
    print("|---|---|---|---|---|---|")
    for threshold in THRESHOLDS:
        kept = [outcome for outcome in judged if confidence(outcome.draft) >= threshold]
        if kept:
            good, some = sum(o.is_right for o in kept), sum(o.right_characters for o in kept)
            print(
                f"| {threshold:g} | {len(kept) / len(outcomes):.0%} | {good / len(kept):.0%} | {good / right:.0%}"
                f" | {some / characters:.0%} | {some / len(kept):.1f} |"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=2, help="lines of each file")
    parser.add_argument("--model", default="qwen2.5-coder-0.5b")
    parser.add_argument("--seed", type=int, default=6)
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        documents = chosen(sources(Path(folder)), chance)
        chance.shuffle(documents)
        places = [place for document in documents for place in cut(document, options.lines, chance)]
        print(f"{len(documents)} files, {len(places)} places", flush=True)
        engine, outcomes, began = DaemonEngine(), list[Outcome](), time.monotonic()
        for place in places:
            outcome = asked(engine, options.model, place)
            outcomes.append(outcome)
            if options.verbose:
                tokens = [round(logprob, 2) for logprob in first_line(outcome.draft)]
                print(repr((place.document.language, place.wanted, outcome.shown, outcome.silent, tokens)), flush=True)
        engine.close()
    report(outcomes)
    print(f"{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
