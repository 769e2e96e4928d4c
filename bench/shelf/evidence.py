"""Asks a shelf its questions, and counts what is right: `python bench/shelf/evidence.py FOLDER --shelf held-out`.

FOLDER is what `documents.py` has made. What each question got is written to `evidence-SHELF.tsv`, for people to read.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

from corpus import HERE, Asked, Embedding, questions, shelf

from breadknife.cancel import CancelToken
from breadknife.plugins.shelf.chunking.cleaning import clean
from breadknife.plugins.shelf.evidence.choosing import ShelfAnswer, find_quotes
from breadknife.plugins.shelf.evidence.quoting import Quote, is_proved
from breadknife.plugins.shelf.index.shelves import IndexedShelves
from breadknife.task.values import Silence

PAGES = 5
"""Of the best candidates' pages, for the row about the search alone."""


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("folder", type=Path)
    reader.add_argument("--shelf", choices=("fitting", "held-out", "shared"), default="held-out")
    reader.add_argument("--shared", type=Path, help="the file with the questions of the shelf `shared`")
    reader.add_argument("--words", action="store_true", help="without a model, by words alone")
    given = reader.parse_args()
    asked = questions(given.shelf, given.shared)
    with shelf(given.folder, given.shelf) as (shelves, embedding):
        found = [
            (each, find_quotes(each.question, vector, shelves, CancelToken()))
            for each in asked
            for vector in ([()] if given.words else embedding.embed((each.question,)))
        ]
        on_page = sum(has_page(each, shelves, embedding) for each in asked if each.is_answerable)
        on_pages = [
            (
                each,
                [
                    (shown_one, shelves.page_text(shown_one.file, shown_one.page))
                    for shown_one in (*shown(it), *near(it))
                ],
            )
            for each, it in found
            if each.is_answerable
        ]
        proved = [is_proved(quote, shelves.page_text) for _, quotes in found for quote in shown(quotes)]
    write(HERE / f"evidence-{given.shelf}.tsv", found)
    answerable = [(each, shown(quotes)) for each, quotes in found if each.is_answerable]
    others = [shown(quotes) for each, quotes in found if not each.is_answerable]
    spoke = [(each, quotes) for each, quotes in answerable if quotes]
    right = sum(any(each.is_right(quote.file, quote.text) for quote in quotes) for each, quotes in spoke)
    first = sum(each.is_right(quotes[0].file, quotes[0].text) for each, quotes in spoke)
    print(f"the right page among {PAGES}: {on_page} of {len(answerable)}")
    print(f"spoke on answerable questions: {len(spoke)} of {len(answerable)}")
    print(f"the right passage among those shown: {right} of {len(spoke)}; as the first: {first}")
    pages = sum(
        any(each.is_right(passage.file, clean(text)) for passage, text in passages) for each, passages in on_pages
    )
    print(f"the right page among those shown, quoted or near: {pages} of {len(answerable)}")
    print(f"spoke on questions without an answer: {sum(map(bool, others))} of {len(others)}")
    print(f"quotes that don't stand on their page: {proved.count(False)} of {len(proved)}")


def has_page(asked: Asked, shelves: IndexedShelves, embedding: Embedding) -> bool:
    """Whether a page with the answer is among those of the best candidates, each page counted once."""
    [vector] = embedding.embed((asked.question,))
    pages = dict.fromkeys((each.file, each.chunk.page) for each in shelves.search(asked.question, vector, 30))
    best = list(pages)[:PAGES]
    return any(asked.is_right(file, clean(shelves.page_text(file, page))) for file, page in best)


def shown(answered: ShelfAnswer | Silence) -> tuple[Quote, ...]:
    return () if isinstance(answered, Silence) else answered.quotes


def near(answered: ShelfAnswer | Silence) -> tuple[Quote, ...]:
    return () if isinstance(answered, Silence) else answered.near


def write(path: Path, found: list[tuple[Asked, ShelfAnswer | Silence]]) -> None:
    """A row for each quote, or for the silence."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, delimiter="\t", lineterminator="\n")
        table.writerow(("question", "has an answer", "document", "page", "right", "likelihood", "passage or reason"))
        for asked, quotes in found:
            has_answer = "yes" if asked.is_answerable else "no"
            if isinstance(quotes, Silence):
                table.writerow((asked.question, has_answer, "", "", "", "", f"silent: {quotes.sentence}"))
                continue
            for each in (*quotes.quotes, *quotes.near):
                right = "yes" if asked.is_right(each.file, each.text) else "no"
                table.writerow(
                    (asked.question, has_answer, each.file.stem, each.page, right, f"{each.likelihood:.2f}", each.text)
                )


if __name__ == "__main__":
    main()
