"""Whether maintainers add the comma or full stop that a frame of words asks for: none of these frames is good enough.

    python bench/prose/punctuation.py CORRECTIONS TEXTS [SPLIT]

CORRECTIONS and TEXTS are those of `corrections.py`. For each frame: how often its mark is the maintainer's only change
of a line that they corrected, and how often it would be proposed in 1,000 words of other paragraphs.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from kinds import list_texts

START = r"(?:^|[.!?:] )"
CLAUSE = r"[^,.;:()]{8,90}?(?<=[a-z0-9])"
WE = r"(?:you|we|it|they|I|this|there)"
FRAMES = {
    "If it rains| we go": rf"{START}(?:If|When|While|Once|After|Before|Although|Since|Until)\b{CLAUSE}(?= {WE} )",
    "For example| it rains": rf"{START}(?:For example|For instance|In addition|In this case|However|Therefore|Moreover"
    r"|Additionally|Finally|Otherwise|Instead|Unfortunately|Alternatively|Of course|As a result|By default)(?= [a-z])",
    "e.g.| rain": r"\b(?:e\.g|i\.e)\.(?= \w)",
    "rain| which is wet": r"(?<=[a-z])(?= which (?:is|are|means|will|can|makes|allows|has)\b)",
    "It rains| so we go": rf"(?<=[a-z])(?= so {WE} (?:can|will|need|should|must|don't)\b)",
    "It rains| but we go": rf"(?<=[a-z])(?= but {WE} [a-z])",
    "To go| take it": rf"{START}(?:To|In order to) {CLAUSE}(?= (?:{WE}|use|run|see|add|set|please)\b)",
    "It rains (and no full stop)": r"^[A-Z](?=(?:\S+ ){3}).*[a-z]$",
}
PARAGRAPHS = 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corrections", type=Path)
    parser.add_argument("texts", type=Path)
    parser.add_argument("split", nargs="?", default="tune", choices=("train", "tune", "test"))
    chosen = parser.parse_args()
    texts = list_texts(chosen.corrections, chosen.texts, chosen.split, PARAGRAPHS, punctuation=True)
    words = sum(text.words for text in texts if not text.after)
    for name, pattern in FRAMES.items():
        frame, mark = re.compile(pattern), "." if "full stop" in name else ","
        right = spoken = elsewhere = 0
        for text in texts:
            ends = [match.end() for match in frame.finditer(text.before)]
            if text.after:
                made = ((text.before[:end] + mark + text.before[end:]).split() for end in ends)
                right, spoken = right + (text.after.split() in made), spoken + len(ends)
            else:
                elsewhere += len(ends)
        print(f"{name:28} {right:4} of {spoken:4}; {1_000 * elsewhere / words:.2f} in 1,000 of {words:,} words")


if __name__ == "__main__":
    main()
