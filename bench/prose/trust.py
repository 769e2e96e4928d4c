"""How often each rule is right: what `HARPER_IS_RIGHT` and `LANGUAGETOOL_IS_WRONG` in `engines/rules.py` are made of.

    python bench/prose/trust.py collect LINTS --trees FOLDER… [--reports FILE…] [--engine harper|languagetool]
        [--packages N] [--seed N]
    python bench/prose/trust.py sample LINTS… [--rows N] [--seed N]
    python bench/prose/trust.py table bench/prose/trust.tsv

`collect` writes down what an engine says of the READMEs of packages that nobody has tuned on: those of folders in which
`npm install --ignore-scripts` has put packages, and those in reports of `pip install --dry-run --report FILE`. Packages
that are installed here are left out. `sample` draws some of each rule's, for a person to judge and to add to the table
by hand. `table` tells for each rule what was judged, and whether it is shown at once.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from corpus import Readme, paragraphs, words

from breadknife.plugins.prose.engines.harper import HarperEngine
from breadknife.plugins.prose.engines.languagetool import LanguageToolEngine
from breadknife.plugins.prose.engines.lint import Lint, ProseEngine, drop_noise
from breadknife.plugins.prose.engines.respelled import respell
from breadknife.plugins.prose.engines.rule_context import counts
from breadknife.plugins.prose.engines.rules import RARE, SPELLING, is_right
from breadknife.plugins.prose.language import DocumentLanguage
from breadknife.plugins.prose.project.misspellings import meant
from breadknife.plugins.prose.project.respelling import POSSIBLE, doubt
from breadknife.plugins.prose.project.spelling import DocumentVocabulary
from breadknife.text.prose import ProseText

LONGEST = 40_000
"""Characters of a README that are read."""
OF_A_PACKAGE = 2
"""Findings of one rule, at the most: authors repeat their mistakes."""
BEFORE, AFTER = 60, 40
"""Characters around a finding that a judge sees."""


def of_npm(trees: Sequence[Path]) -> Iterator[tuple[str, Readme]]:
    for tree in trees:
        for manifest in sorted(tree.glob("**/node_modules/**/package.json")):
            readme = next((each for each in manifest.parent.glob("[Rr][Ee][Aa][Dd][Mm][Ee].md")), None)
            try:
                name = json.loads(manifest.read_text("utf-8"))["name"]
                if readme is not None and isinstance(name, str):
                    yield f"npm {name}", Readme(readme.read_text("utf-8"), "markdown")
            except (OSError, ValueError, KeyError, TypeError):
                continue


def of_pypi(reports: Sequence[Path]) -> Iterator[tuple[str, Readme]]:
    here = {each.name.lower().replace("_", "-") for each in metadata.distributions()}
    for report in reports:
        for item in json.loads(report.read_text("utf-8")).get("install", []):
            told = item["metadata"]
            kind = str(told.get("description_content_type") or "text/x-rst").partition(";")[0].strip()
            language = {"text/markdown": "markdown", "text/plain": "plaintext"}.get(kind, "restructuredtext")
            if told["name"].lower().replace("_", "-") not in here and told.get("description"):
                yield f"pypi {told['name']}", Readme(told["description"], language)


def collect(out: Path, texts: Mapping[str, Readme], engine: ProseEngine) -> None:
    read, seen = 0, set[str]()
    with out.open("w", encoding="utf-8") as file:
        for package, readme in texts.items():
            text = readme.text[:LONGEST]
            prose = [each for each in paragraphs(text, readme.language) if each.segments]
            vocabulary = DocumentVocabulary(text, prose, frozenset())
            language = DocumentLanguage.of(prose, "")
            for each in prose:
                if each.text in seen or language.of_paragraph(each) != "en":
                    continue
                seen.add(each.text)
                read += words(each.text)
                lints = drop_noise(engine.check(each.text, ""), frozenset())
                for lint in lints:
                    if counts(each.text, lint, lints) and (row := told(package, each, lint, vocabulary)):
                        file.write(json.dumps(row, ensure_ascii=False) + "\n")
    print(f"{len(texts)} packages, {read:,} words of prose")


def told(package: str, paragraph: ProseText, lint: Lint, vocabulary: DocumentVocabulary) -> dict[str, Any] | None:
    text, start, end = paragraph.text, lint.span.start, lint.span.end
    rule = lint.rule
    if paragraph.touches_markup(lint.span):
        return None
    if rule in SPELLING:
        if doubt(respell(text, lint.span, lint.replacements)) < POSSIBLE or text[start:end] in vocabulary:
            return None
        rule += ":known" if meant(text[start:end]) else ":slip"
    context = f"{text[max(0, start - BEFORE) : start]}[[{text[start:end]}]]{text[end : end + AFTER]}"
    fix = "|".join(lint.replacements[:2])
    return {"package": package, "engine": lint.engine, "rule": rule, "context": " ".join(context.split()), "fix": fix}


def sample(files: Sequence[Path], most: int, chance: random.Random) -> None:
    found: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for file in files:
        for line in file.read_text("utf-8").splitlines():
            row = json.loads(line)
            found[row["engine"], row["rule"]].append(row)
    for (engine, rule), rows in sorted(found.items()):
        chance.shuffle(rows)
        of, contexts, chosen = Counter[str](), set[str](), list[dict[str, Any]]()
        for row in rows:
            if of[row["package"]] < OF_A_PACKAGE and row["context"] not in contexts:
                of[row["package"]] += 1
                contexts.add(row["context"])
                chosen.append(row)
        for row in chosen[:most]:
            print(engine, rule, row["package"], row["context"], row["fix"], "?", "", sep="\t")


def table(file: Path) -> None:
    judged: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for line in file.read_text("utf-8").splitlines():
        if not line.startswith(("#", "engine\t")):
            engine, rule, *_, right, _ = line.split("\t")
            judged[engine, rule].append(right == "yes")
    rare: dict[str, list[bool]] = defaultdict(list)
    print("| engine | rule | right | judged | shown at once |\n|---|---|---|---|---|")
    for (engine, rule), verdicts in sorted(judged.items(), key=lambda each: (each[0][0], -len(each[1]), each[0][1])):
        if len(verdicts) < RARE:
            rare[engine] += verdicts
        at_once = "yes" if is_right(engine, rule) or rule.endswith(":known") else "no"
        print(f"| {engine} | {rule} | {sum(verdicts)} | {len(verdicts)} | {at_once} |")
    for engine, verdicts in rare.items():
        print(f"| {engine} | all rules with fewer than {RARE} | {sum(verdicts)} | {len(verdicts)} | |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("collect", "sample", "table"))
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--trees", nargs="*", type=Path, default=[])
    parser.add_argument("--reports", nargs="*", type=Path, default=[])
    parser.add_argument("--engine", choices=("harper", "languagetool"), default="harper")
    parser.add_argument("--packages", type=int, default=100_000)
    parser.add_argument("--rows", type=int, default=15)
    parser.add_argument("--seed", type=int, default=28)
    chosen = parser.parse_args()
    chance = random.Random(chosen.seed)
    if chosen.what == "table":
        table(chosen.files[0])
    elif chosen.what == "sample":
        sample(chosen.files, chosen.rows, chance)
    else:
        found = dict([*of_npm(chosen.trees), *of_pypi(chosen.reports)])
        names = sorted(found)
        chance.shuffle(names)
        engine = HarperEngine("en-US") if chosen.engine == "harper" else LanguageToolEngine("en-US")
        collect(chosen.files[0], {name: found[name] for name in names[: chosen.packages]}, engine)
        engine.close()


if __name__ == "__main__":
    main()
