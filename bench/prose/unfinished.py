"""How far ahead rules look: the figure behind `LOOKAHEAD` in `text/unfinished.py`.

    python bench/prose/unfinished.py harper|languagetool [--eval FOLDER] [--sentences N]

Sentences with planted errors are read after each key. A finding that the finished sentence doesn't have depended on
words that were still to come: counted is how many words, the one being typed included, stood behind it at the most
while it was there. A finding with `m` such words is held back by a look ahead of `m`.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from breadknife.plugins.prose.engines.harper import HarperEngine
from breadknife.plugins.prose.engines.languagetool import LanguageToolEngine
from breadknife.plugins.prose.engines.lint import Lint, ProseEngine, drop_noise

_PLANTED = re.compile(r"\[\[(.*?)=>.*?\]\]")
_WORD = re.compile(r"[^\W_](?:[\w'’-]*\w)?")


def planted(folder: Path) -> list[str]:
    """The sentences of the evaluation set, with their errors in them."""
    lines = (folder / "planted2.txt").read_text("utf-8").splitlines()
    marked = [_PLANTED.sub(r"\1", line.partition("|")[2]) for line in lines if "[[" in line]
    return [*marked, *(line.split("\t")[0] for line in (folder / "planted.tsv").read_text("utf-8").splitlines())]


def transient(engine: ProseEngine, sentences: Sequence[str]) -> dict[str, Counter[int]]:
    """By rule, how many words stood behind its findings that came to nothing."""
    found: dict[str, Counter[int]] = defaultdict(Counter)
    for sentence in sentences:
        stays = {_key(lint) for lint in drop_noise(engine.check(sentence, ""), frozenset())}
        behind: dict[tuple[str, int, int], int] = {}
        for typed in range(1, len(sentence)):
            for lint in drop_noise(engine.check(sentence[:typed], ""), frozenset()):
                words = len(_WORD.findall(sentence, lint.span.end, typed))
                behind[_key(lint)] = max(words, behind.get(_key(lint), 0))
        for key, words in behind.items():
            if key not in stays:
                found[key[0]][words] += 1
    return found


def _key(lint: Lint) -> tuple[str, int, int]:
    return lint.rule, lint.span.start, lint.span.end


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("engine", choices=("harper", "languagetool"))
    parser.add_argument("--eval", type=Path, default=Path("../shared/eval/prose"))
    parser.add_argument("--sentences", type=int, default=1_000)
    chosen = parser.parse_args()
    engine = HarperEngine("en-US") if chosen.engine == "harper" else LanguageToolEngine("en-US")
    sentences = planted(chosen.eval)[: chosen.sentences]
    found = transient(engine, sentences)
    engine.close()
    print(f"{len(sentences)} sentences; words behind findings that came to nothing:")
    print(dict(sorted(sum(found.values(), Counter[int]()).items())))
    for rule, words in sorted(found.items()):
        if max(words) > 1:
            print(f"{rule}: {dict(sorted(words.items()))}")


if __name__ == "__main__":
    main()
