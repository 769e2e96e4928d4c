"""Make `misspellings.csv` of the dictionary of typos, which has what people were seen to write in code and its prose.

    python bench/prose/misspellings.py CRATE

CRATE: the folder of the crate `typos-dict`, as `cargo fetch` puts it into cargo's registry.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

from breadknife.plugins.prose import project

ENTRY = re.compile(r'InsensitiveStr::Ascii\(\s*"([a-z]+)",?\s*\),\s*&\[([^\]]*)\]')
WORD = re.compile(r'"([a-z]+)"')
HEADER = """\
# Misspellings, each with what is meant, likeliest first.
# Licence: CC BY-SA 3.0, unlike the rest of breadknife. Adapted from the dictionary of typos (crate
# typos-dict {version}, MIT or Apache-2.0). It includes codespell's dictionary and Wikipedia's list of common
# misspellings, both CC BY-SA, and the list of misspell, MIT. NOTICE names the authors.
# Changes, by bench/prose/misspellings.py: another format, and without what is spelled either way: parseable, clonable.
"""


def main(crate: Path) -> None:
    version = tomllib.loads((crate / "Cargo.toml").read_text("utf-8"))["package"]["version"]
    text = (crate / "src" / "word_codegen.rs").read_text("utf-8")
    entries = {word: WORD.findall(meant) for word, meant in ENTRY.findall(text)}
    kept = {word: meant for word, meant in entries.items() if meant and _form(word) not in map(_form, meant)}
    lines = [",".join((word, *meant)) for word, meant in sorted(kept.items())]
    path = Path(project.__file__).with_name("misspellings.csv")
    path.write_text(HEADER.format(version=version) + "\n".join(lines) + "\n", "ascii")
    print(f"{len(lines):,} misspellings, {path.stat().st_size / 1e6:.1f} MB: {path}")


def _form(word: str) -> str:
    return word.replace("eabl", "abl")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
