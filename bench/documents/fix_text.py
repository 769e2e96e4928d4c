"""Runs “Fix this text” on faulty and on clean sentences, and writes the answers down to be judged by a reader.

`python bench/documents/fix_text.py faulty lt` writes `bench/documents/fix-faulty-lt.tsv`. Verdicts are written by hand:
`wrong` is the number of single edits that are not right, and `whole` is `yes` where nothing wrong is left. Verdicts of
answers that stay the same are kept. `--score` counts them.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from breadknife.cli.assemble import make_host, settings_for
from breadknife.cli.recipes.finding import find
from breadknife.cli.recipes.running import ask
from breadknife.host import kinds
from breadknife.plugins.documents.fixing.words import word_edits
from breadknife.task.values import Silence
from breadknife.text.document import Document, Span

HERE = Path(__file__).parent
HEAD: tuple[str, ...] = ("half", "before", "after", "edits", "wrong", "whole", "refused")
Row = dict[str, str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sentences", choices=("faulty", "clean"))
    parser.add_argument("checkers", choices=("lt", "harper"), help="Harper with LanguageTool, or alone")
    parser.add_argument("--half", default="", help="only this half of the faulty ones: `fit` or `held out`")
    parser.add_argument("--score", action="store_true", help="count the verdicts of the file")
    given = parser.parse_args()
    table = HERE / f"fix-{given.sentences}-{given.checkers}.tsv"
    if given.score:
        print("\n".join(score(table)))
        return
    known = {(row["before"], row["after"]): row for row in read(table)} if table.exists() else {}
    left = [row for row in known.values() if given.half and row["half"] != given.half]
    sentences = [row for row in read(HERE / f"{given.sentences}.tsv") if given.half in ("", row.get("half", ""))]
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, HEAD, delimiter="\t", quoting=csv.QUOTE_NONE, quotechar=None, lineterminator="\n")
        writer.writeheader()
        writer.writerows(left)
        for row in answers(sentences, given.checkers == "lt"):
            verdict = known.get((row["before"], row["after"]), {})
            writer.writerow(row | {key: verdict.get(key, row[key]) for key in ("wrong", "whole")})
            file.flush()


def answers(sentences: list[Row], languagetool: bool) -> Iterator[Row]:
    [entry] = find(["fix-text"])
    kinds.OWN_SECONDS = 600.0  # quality is measured, and the machine may be busy
    host = make_host(None)
    try:
        with tempfile.TemporaryDirectory(prefix="breadknife-") as folder:
            settings = settings_for(host, False, Path(folder))
            prose: Any = replace(settings.plugins["prose"], languagetool=languagetool)  # type: ignore[type-var]
            host.settings = replace(settings, plugins={**settings.plugins, "prose": prose})
            for row in sentences:
                before = row["sentence"]
                document = Document((Path(folder) / "a.txt").as_uri(), "plaintext", before, 1)
                said = ask(host, entry, document, Span(0, 0), "", Path(folder))
                after, refused = before, ""
                if not isinstance(said, Silence):
                    after = before[: said.span.start] + said.text + before[said.span.end :]
                elif said.reason != "nothing-to-fix":
                    refused = said.sentence
                count = len(word_edits(before, after))
                half = row.get("half", "held out")
                yield dict(zip(HEAD, (half, before, after, str(count), "" if count else "0", "", refused), strict=True))
    finally:
        host.close()


def read(table: Path) -> list[Row]:
    with table.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def score(table: Path) -> Iterator[str]:
    rows = read(table)
    for half in sorted({row["half"] for row in rows}):
        own = [row for row in rows if row["half"] == half]
        edits, wrong = (sum(int(row[key] or 0) for row in own) for key in ("edits", "wrong"))
        whole = sum(row["whole"] == "yes" for row in own)
        touched = sum(row["before"] != row["after"] for row in own)
        yield (
            f"{half}: {edits - wrong} of {edits} edits right; {whole} of {len(own)} whole; "
            f"{touched} of {len(own)} touched"
        )


if __name__ == "__main__":
    main()
