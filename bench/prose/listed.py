"""Known misspellings put into real sentences: how many are found, and how often the first fix is what was there.

    python bench/prose/listed.py TEXTS [--sentences N] [--seed N] [--misses]

TEXTS: files of paragraphs, one a line after its path, of documentation that no weight was fitted to. In each drawn
sentence one word that the list of misspellings tells how to misspell gets one of its misspellings. Rules alone: neither
LanguageTool nor a model. Sentences are told apart by a seed.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

sys.path += [str(Path(__file__).parent), str(Path(__file__).parents[1] / "engine")]

from corpus import edited
from peers import own_home
from systems import checked

from breadknife.cli.assemble import make_host
from breadknife.plugins.prose import project
from breadknife.plugins.prose.settings import ProseSettings
from breadknife.text.document import Span
from breadknife.text.sentences import sentence_ends

WORD = re.compile(r"(?<![\w-])[A-Za-z]?[a-z]+(?![\w-])")
SHORTEST, LONGEST = 40, 400
"""Characters of a sentence."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", type=Path, nargs="+")
    parser.add_argument("--sentences", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=40)
    parser.add_argument("--misses", action="store_true")
    chosen = parser.parse_args()
    chance = random.Random(chosen.seed)
    sentences = sorted({sentence for path in chosen.texts for sentence in list_sentences(path)})
    chance.shuffle(sentences)
    ways = misspellings()
    planted = [case for sentence in sentences if (case := plant(sentence, ways, chance)) is not None]
    with own_home():
        measure(planted[: chosen.sentences], misses=chosen.misses)


def measure(planted: Sequence[tuple[str, str, Span]], *, misses: bool) -> None:
    host = make_host()
    host.settings = replace(host.settings, plugins={"prose": ProseSettings(languagetool=False, model=False)})
    host.on_notice = lambda notice: None
    found = right = 0
    for sentence, wrong, span in planted:
        flags = [flag for flag in checked(host, wrong, "plaintext") if flag.span.touches(span)]
        restored = any(flag.fix is not None and edited(wrong, *flag.fix) == sentence for flag in flags)
        found, right = found + bool(flags), right + restored
        if misses and not restored:
            at = Span(span.start, span.start + len(sentence) - len(wrong) + len(span))
            print(wrong[span.start : span.end], sentence[at.start : at.end], flags[0].fix if flags else "", sep="\t")
    host.close()
    print(f"{len(planted)} sentences: found {found / len(planted):.1%}, right first {right / len(planted):.1%}")


def misspellings() -> Mapping[str, Sequence[str]]:
    """Return the known misspellings of each word."""
    lines = Path(project.__file__).with_name("misspellings.csv").read_text("ascii").splitlines()
    ways: dict[str, list[str]] = defaultdict(list)
    for misspelling, *meanings in (line.split(",") for line in lines if not line.startswith("#")):
        for meaning in meanings:
            ways[meaning].append(misspelling)
    return ways


def list_sentences(path: Path) -> Iterator[str]:
    for line in path.read_text("utf-8").splitlines():
        text, start = line.rpartition("\t")[2], 0
        for end in sentence_ends(text):
            sentence, start = text[start:end].strip(), end
            if SHORTEST <= len(sentence) <= LONGEST and "Dummy0" not in sentence:
                yield sentence


def plant(sentence: str, ways: Mapping[str, Sequence[str]], chance: random.Random) -> tuple[str, str, Span] | None:
    """Return a sentence, the same with a misspelling, and where that is; None if no word of it has one."""
    words = [match for match in WORD.finditer(sentence) if match[0].lower() in ways]
    if not words:
        return None
    word = chance.choice(words)
    wrong = chance.choice(ways[word[0].lower()])
    wrong = wrong.capitalize() if word[0].istitle() else wrong
    return (
        sentence,
        sentence[: word.start()] + wrong + sentence[word.end() :],
        Span(word.start(), word.start() + len(wrong)),
    )


if __name__ == "__main__":
    main()
