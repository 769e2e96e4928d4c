"""How sure the model must be: the tables behind `plugins/prose/model/thresholds.py`.

    python bench/prose/calibrate.py collect OBSERVATIONS --m2 FILE… --without readmes.txt [--wheels FOLDER…]
        [--minutes N] [--seed N]
    python bench/prose/calibrate.py choose OBSERVATIONS…

Three kinds of text, none of them measured with afterwards: learners' sentences with annotators' corrections (JFLEG,
CoNLL-2014), the READMEs of packages (of the wheels that lie in a folder, or of what is installed here) as they are, and
the same with one error planted in each paragraph. What rules say and what the model proposes is written down with its
margin and whether it is right. From one half of the packages and sentences the lowest threshold is chosen at which a
rule is right often enough and seldom speaks of READMEs; the other half tells what that is worth.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from corpus import edited, installed, learners, paragraphs, readmes, words

from breadknife.cancel import CancelToken
from breadknife.engine.api import Lane, Prompt, ScoreRequest, Scores
from breadknife.engine.client import DaemonEngine
from breadknife.plugins.prose.engines.harper import HarperEngine
from breadknife.plugins.prose.engines.languagetool import LanguageToolEngine
from breadknife.plugins.prose.engines.lint import ProseEngine, drop_noise
from breadknife.plugins.prose.engines.rules import SPELLING
from breadknife.plugins.prose.evidence.frames import find_changes
from breadknife.plugins.prose.evidence.tokens import TokenizedText
from breadknife.plugins.prose.model.likelihood import TextLikelihood
from breadknife.plugins.prose.model.proposer import Proposer, ProposerInput
from breadknife.plugins.prose.model.thresholds import PROPOSED
from breadknife.text.document import Span

MODEL = "smollm2-135m"
PRECISION = 0.6
"""Of what is shown of learners' sentences."""
FALSE_PER_1000 = 0.2
"""Flags of one rule of READMEs as they are."""
OF_A_PACKAGE = 12
LOWEST = 3.0
"""So far below its present threshold is a proposal still written down."""
STEPS = [step / 2 for step in range(-8, 33)]
FIXES = 4


@dataclass(frozen=True)
class Observation:
    source: str
    """`learners`, `readmes` or `planted`."""
    rule: str
    engine: str
    margin: float
    right: bool
    what: str = ""
    of: str = ""
    """The package, or the sentence."""


@dataclass(frozen=True)
class Text:
    source: str
    text: str
    corrected: frozenset[str]
    of: str


@dataclass(frozen=True)
class BenchModel:
    engine: DaemonEngine
    name: str = MODEL

    def score(
        self,
        prompt: Prompt,
        alternatives: tuple[str, ...],
        *,
        pieces: bool = False,
        top_logprobs: int = 0,
        fresh: bool = False,
        cancel: CancelToken | None = None,
    ) -> Scores:
        request = ScoreRequest(
            self.name, prompt, alternatives, Lane.ACTION, pieces=pieces, top_logprobs=top_logprobs, fresh=fresh
        )
        return self.engine.score(request, cancel or CancelToken())


def texts(
    m2: Sequence[Path], listing: Path, wheels: Sequence[Path], knows: Callable[[str], bool], seed: int
) -> Iterator[Text]:
    """Of each kind in turn, for as long as somebody wants them."""
    chance = random.Random(seed)
    sentences = [each for path in m2 for each in learners(path)]
    without = frozenset(line.partition("==")[0] for line in listing.read_text("utf-8").split())
    known = {name: each for folder in wheels for name, each in readmes(listing, folder).items()} or installed(without)
    prose: list[Text] = []
    for name, readme in known.items():
        own = [p.text for p in paragraphs(readme.text, readme.language) if words(p.text) > 5]
        if name != "breadknife" and name not in without:
            chosen = chance.sample(own, min(OF_A_PACKAGE, len(own)))
            prose += (Text("readmes", text, frozenset(), name) for text in chosen)
    chance.shuffle(sentences)
    chance.shuffle(prose)
    for number, (sentence, paragraph) in enumerate(zip(sentences, prose * 9, strict=False)):
        if number < len(prose):
            yield paragraph
        if number % 2 == 0:
            yield Text("learners", sentence.text, sentence.corrected, sentence.text)
        if number % 6 == 0:
            yield planted(paragraph, knows, chance)


def planted(whole: Text, knows: Callable[[str], bool], chance: random.Random) -> Text:
    """One word of the text put for another, as the proposer would put it back."""
    text = whole.text
    found = TokenizedText.of(text).spans
    for index in chance.sample(range(len(found)), len(found)):
        options = [each for each in find_changes(text, found, index) if all(map(knows, each.replacement.split()))]
        if options:
            change = chance.choice(options)
            wrong = text[: change.span.start] + change.replacement + text[change.span.end :]
            return Text("planted", wrong, frozenset((edited(text, Span(0, 0), ""),)), whole.of)
    return Text("planted", text, frozenset(), whole.of)


def observed(
    each: Text, engines: Sequence[ProseEngine], likelihood: TextLikelihood, proposer: Proposer
) -> Iterator[Observation]:
    text = each.text
    for engine in engines:
        for lint in drop_noise(engine.check(text), frozenset()):
            fixes = lint.replacements[:FIXES]
            if not fixes or lint.rule in SPELLING:
                continue
            margins = likelihood.margins(text, [(lint.span, new) for new in fixes])
            best = max(range(len(fixes)), key=margins.__getitem__)
            right = edited(text, lint.span, fixes[best]) in each.corrected
            what = f"{text[max(0, lint.span.start - 30) : lint.span.end + 30]} => {fixes[best]}"
            yield Observation(each.source, lint.rule, lint.engine, round(margins[best], 2), right, what, each.of)
    for proposal in proposer.read(ProposerInput(text), likelihood):
        span = proposal.span
        right = edited(text, span, proposal.replacement) in each.corrected
        what = f"{text[max(0, span.start - 30) : span.start]}[{text[span.start : span.end]}=>{proposal.replacement}]"
        what += text[span.end : span.end + 30]
        yield Observation(each.source, proposal.rule, "model", round(proposal.margin, 2), right, what, each.of)


def collect(out: Path, m2: Sequence[Path], listing: Path, wheels: Sequence[Path], minutes: float, seed: int) -> None:
    harper, tool = HarperEngine("en-US"), LanguageToolEngine("en-US")
    engines = (harper, tool)

    @lru_cache(None)
    def knows(word: str) -> bool:
        return not any(lint.rule in SPELLING for lint in harper.check(word))

    proposer = Proposer(knows, LOWEST)
    likelihood = TextLikelihood(BenchModel(DaemonEngine()), CancelToken())
    end = time.monotonic() + 60 * minutes
    with out.open("w", encoding="utf-8") as file:
        for each in texts(m2, listing, wheels, knows, seed):
            if time.monotonic() > end:
                break
            read = {"text": each.source, "words": words(each.text), "wanted": len(each.corrected), "of": each.of}
            print(json.dumps(read), file=file, flush=True)
            for observation in observed(each, engines, likelihood, proposer):
                print(json.dumps(asdict(observation)), file=file)
    tool.close()


def choose(paths: Iterable[Path]) -> None:
    seen: dict[tuple[str, str], list[Observation]] = defaultdict(list)
    read = Counter[tuple[str, bool]]()
    for path in paths:
        for line in path.read_text("utf-8").splitlines():
            entry = json.loads(line)
            if "text" in entry:
                read[entry["text"], is_for_choosing(entry["of"])] += entry["words"]
            else:
                each = Observation(**entry)
                seen[each.engine, each.rule].append(each)
    for (source, chosen), count in sorted(read.items()):
        print(f"{count:,} words of {source}, {'chosen from' if chosen else 'told'}")
    for key, own in sorted(seen.items()):
        table(key, own, read)
    in_force(seen, read)


def in_force(seen: Mapping[tuple[str, str], Sequence[Observation]], read: Mapping[tuple[str, bool], int]) -> None:
    """What all of the model's own rules say together at the thresholds that they have now."""
    for chosen in (True, False):
        left = [
            _left(own, PROPOSED[rule], read, chosen=chosen)
            for (engine, rule), own in seen.items()
            if engine == "model" and rule in PROPOSED
        ]
        right, offered, false = (sum(getattr(each, what) for each in left) for what in ("right", "offered", "false"))
        print(f"in force, {'chosen from' if chosen else 'told'}: {right}/{offered} right, {false} of READMEs", end="")
        print(f" ({sum(each.rate for each in left):.2f} in 1,000 words)")


def is_for_choosing(of: str) -> bool:
    """Half of the packages and sentences, always the same."""
    return bool(hashlib.sha256(of.encode()).digest()[0] % 2)


def table(key: tuple[str, str], own: Sequence[Observation], read: Mapping[tuple[str, bool], int]) -> None:
    """The threshold chosen from one half, and what it leaves in it and in the other; `never` where none will do."""
    step = next((step for step in STEPS if _is_good(_left(own, step, read, chosen=True))), math.inf)
    print(f"{key[0]:>12} {key[1]:35} {'never' if step == math.inf else step:>5}", end="")
    for least in (step, STEPS[0]):
        print(f" | from {least:4}:", end="")
        for chosen in (True, False):
            left = _left(own, least, read, chosen=chosen)
            print(
                f" {left.right}/{left.offered} right, {left.false} false, {left.back}/{left.planted} planted;", end=""
            )
    print()


@dataclass(frozen=True)
class Left:
    """What a rule still says above a threshold."""

    right: int
    offered: int
    """Of learners' sentences."""
    false: int
    rate: float
    """Of READMEs as they are, and in 1,000 words."""
    back: int
    planted: int


def _is_good(left: Left) -> bool:
    return bool(left.offered) and left.right >= PRECISION * left.offered and left.rate <= FALSE_PER_1000


def _left(own: Sequence[Observation], step: float, read: Mapping[tuple[str, bool], int], *, chosen: bool) -> Left:
    kept = [each for each in own if each.margin >= step and is_for_choosing(each.of) is chosen]
    learned = [each for each in kept if each.source == "learners"]
    back = [each for each in kept if each.source == "planted"]
    false = sum(each.source == "readmes" for each in kept)
    rate = 1000 * false / max(read["readmes", chosen], 1)
    return Left(sum(e.right for e in learned), len(learned), false, rate, sum(e.right for e in back), len(back))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("collect", "choose"))
    parser.add_argument("observations", type=Path, nargs="+")
    parser.add_argument("--m2", type=Path, nargs="+", default=[])
    parser.add_argument("--without", type=Path, help="the packages that are measured with")
    parser.add_argument("--wheels", type=Path, nargs="+", default=[], help="folders of wheels to read the READMEs of")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    if chosen.what == "collect":
        collect(chosen.observations[0], chosen.m2, chosen.without, chosen.wheels, chosen.minutes, chosen.seed)
    else:
        choose(chosen.observations)


if __name__ == "__main__":
    main()
