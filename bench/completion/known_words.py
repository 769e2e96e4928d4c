"""How often the rest of a word that stands near already is right, by the letters typed of it.

    python -m pip download --no-deps --only-binary :all: -d WHEELS PACKAGE…
    python bench/completion/known_words.py WHEELS [--words 2000]

Words of code are typed again, letter by letter, in files that end a screen below as if the rest of a function had yet
to be written. Comments and strings are left out, as in the product.
"""

from __future__ import annotations

import argparse
import io
import keyword
import random
import tokenize
import zipfile
from collections import Counter
from pathlib import Path

from breadknife.plugins.completion.known_word import known_word
from breadknife.text.document import Document

UNWRITTEN = 600
"""Characters after the word that aren't there yet."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheels", type=Path)
    parser.add_argument("--words", type=int, default=2_000)
    options = parser.parse_args()
    chance, keys, shown, right = random.Random(0), Counter[int](), Counter[int](), Counter[int]()
    texts = [text for wheel in sorted(options.wheels.glob("*.whl")) for text in _texts(wheel)]
    for _ in range(options.words):
        text = chance.choice(texts)
        start, word = chance.choice(_words(text))
        for typed in range(1, len(word)):
            cursor = start + typed
            document = Document("file:///bench.py", "python", text[:cursor] + "\n" + text[cursor + UNWRITTEN :])
            left = known_word(document, cursor)
            length = min(typed, 8)
            keys[length] += 1
            shown[length] += bool(left)
            right[length] += left == word[typed:]
    print("| letters typed | keys | with a word | of them right |\n|---|---|---|---|")
    for length in sorted(keys):
        print(f"| {length} | {keys[length]} | {shown[length]} | {right[length] / max(shown[length], 1):.0%} |")
    print(f"| all | {keys.total()} | {shown.total()} | {right.total() / shown.total():.0%} |")


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
