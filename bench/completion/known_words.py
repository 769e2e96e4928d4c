"""How often the likeliest of the words that stand near already is right, by the letters typed of it, and by how
certain it is said to be.

    python -m pip download --no-deps --only-binary :all: -d WHEELS PACKAGE…
    python bench/completion/known_words.py WHEELS [--half tuning|held-out] [--words 2000]

Words of code are typed again, letter by letter, in files that go on a screen below, as if the rest of a function had
yet to be written. Comments and strings are left out, as in the product. The rule's constants were fitted on the
half `tuning` of the packages in `README.md`.
"""

from __future__ import annotations

import argparse
import io
import keyword
import random
import tokenize
import zipfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from breadknife.plugins.completion.known_word import known_word
from breadknife.text.document import Document

UNWRITTEN = 600
"""Characters after the word that aren't there yet."""
LETTERS = 8


@dataclass
class Keys:
    all: int = 0
    shown: int = 0
    right: int = 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheels", type=Path)
    parser.add_argument("--half", choices=("tuning", "held-out"), default="held-out")
    parser.add_argument("--words", type=int, default=2_000)
    options = parser.parse_args()
    wheels = sorted(options.wheels.glob("*.whl"))
    texts = [_texts(wheel) for wheel in wheels[options.half != "tuning" :: 2]]
    chance, by_letters, by_certainty = random.Random(0), defaultdict[str, Keys](Keys), defaultdict[str, Keys](Keys)
    everything = Keys()
    for _ in range(options.words):
        text = chance.choice(chance.choice(texts))
        start, word = chance.choice(_words(text))
        for typed in range(1, len(word)):
            cursor = start + typed
            document = Document("file:///bench.py", "python", text[:cursor] + "\n" + text[cursor + UNWRITTEN :])
            found = known_word(document, cursor)
            keys = [everything, by_letters[f"{typed} letters" if typed < LETTERS else "more"]]
            if found:
                keys.append(by_certainty[f"{found.certainty:.1f}"])
            for each in keys:
                each.all += 1
                each.shown += found is not None
                each.right += found is not None and word.startswith(found.rest, typed)
    print("| | keys | with a word | of them right |\n|---|---|---|---|")
    for name, each in (*sorted(by_letters.items()), *sorted(by_certainty.items()), ("all", everything)):
        print(f"| {name} | {each.all} | {each.shown} | {each.right / max(each.shown, 1):.0%} |")


def _texts(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        names = [
            each.filename for each in archive.infolist() if each.filename.endswith(".py") and each.file_size > 3000
        ]
        texts = [archive.read(name).decode() for name in sorted(names)]
    return [text for text in texts if text.isascii() and _words(text)]


def _words(text: str) -> list[tuple[int, str]]:
    """Where the names of code begin, but for keywords."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return [
        (starts[token.start[0] - 1] + token.start[1], token.string)
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.NAME and len(token.string) > 1 and not keyword.iskeyword(token.string)
    ]


if __name__ == "__main__":
    main()
