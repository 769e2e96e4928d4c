"""Makes shelves of prose with questions: `python bench/shelf/prose.py FOLDER SQUAD.json … --mined MINED`.

SQUAD is a file in the format of SQuAD 1.1 or 2.0: encyclopedic articles, and what crowd workers asked of their
paragraphs. MINED is what `mine.py` has made. FOLDER gets the same as there. Nobody judges anything:

- `article`: a question is answered by the sentence that has the answer which the crowd workers marked.
- `gone`: the paragraph of a question isn't on the shelf.
- `impossible`: a question that was written so that its paragraph has its words but no answer (SQuAD 2.0).
- `bare`: a heading that is a question is taken out of its document; what was below it answers it.
- `foreign`: see `mine.py`.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from mine import HEADING, SEED, Mined, foreign, part_of, plain, told, words_of

from breadknife.text.sentences import Certainty, sentence_ends

ON_A_SHELF = 4
"""Articles."""
ASKED, GONE, IMPOSSIBLE, BARE = 10, 3, 6, 5
"""Questions of an article, those whose paragraph goes, those without an answer, and those of a repository."""


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("folder", type=Path)
    reader.add_argument("squad", type=Path, nargs="+")
    reader.add_argument("--mined", type=Path, required=True)
    given = reader.parse_args()
    vocabulary = dict[str, set[str]]()
    found = list(of_articles(given.squad, given.folder, vocabulary))
    found += foreign(found, vocabulary)
    found += of_headings(given.mined, given.folder)
    with (given.folder / "questions.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(asdict(each)) + "\n" for each in found)
    told(found)


def of_articles(files: list[Path], folder: Path, vocabulary: dict[str, set[str]]) -> Iterator[Mined]:
    articles, impossible = dict[str, list[Any]](), dict[str, list[str]]()
    for file in files:
        for article in json.loads(file.read_text("utf-8"))["data"]:
            articles.setdefault(article["title"], article["paragraphs"])
            asked = [each for paragraph in article["paragraphs"] for each in paragraph["qas"]]
            impossible.setdefault(article["title"], []).extend(
                each["question"] for each in asked if each.get("is_impossible")
            )
    titles = sorted(articles)
    random.Random(SEED).shuffle(titles)
    for at, title in enumerate(titles):
        shelf, file = f"articles-{at // ON_A_SHELF:02}", f"{title}.txt"
        asked, text = of_article(articles[title], random.Random(f"{SEED} {title}"))
        vocabulary.setdefault(shelf, set()).update(word.rstrip("s") for word in words_of(text))
        target = folder / part_of(shelf) / shelf / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(f"{title.replace('_', ' ')}\n{'=' * len(title)}\n\n{text}\n", encoding="utf-8")
        yield from (replace(each, part=part_of(shelf), shelf=shelf, file=file) for each in asked)
        for question in (
            random.Random(f"{SEED} {title}").sample(sorted(set(impossible[title])), IMPOSSIBLE)
            if impossible[title]
            else ()
        ):
            yield Mined(part_of(shelf), shelf, file, "impossible", " ".join(question.split()), "")


def of_article(paragraphs: list[Any], chance: random.Random) -> tuple[list[Mined], str]:
    """Return the questions of an article, a paragraph each, and the text that is left of it."""
    order = [at for at, paragraph in enumerate(paragraphs) if any(each["answers"] for each in paragraph["qas"])]
    chance.shuffle(order)
    gone = set(order[:GONE])
    found = list[Mined]()
    for at in order[: GONE + ASKED]:
        question = chance.choice([each for each in paragraphs[at]["qas"] if each["answers"]])
        answer = "" if at in gone else sentence_of(paragraphs[at]["context"], question["answers"][0])
        found.append(
            Mined("", "", "", "gone" if at in gone else "article", " ".join(question["question"].split()), answer)
        )
    return found, "\n\n".join(each["context"] for at, each in enumerate(paragraphs) if at not in gone)


def sentence_of(context: str, answer: Any) -> str:
    """Return the sentence of a paragraph in which the marked answer begins."""
    ends = [*sentence_ends(context, 0, len(context), Certainty.LIKELY), len(context)]
    end = next(each for each in ends if each > answer["answer_start"])
    return context[max((each for each in ends if each < end and each <= answer["answer_start"]), default=0) : end]


def of_headings(mined: Path, folder: Path) -> Iterator[Mined]:
    """Yield question headings of the mined shelves, whose documents are put into the folder without them."""
    rows = [json.loads(line) for line in (mined / "questions.jsonl").read_text("utf-8").splitlines()]
    asked = [Mined(**row) for row in rows if row["kind"] == "question"]
    for shelf in sorted({each.shelf for each in asked}):
        own = [each for each in asked if each.shelf == shelf][:BARE]
        name = f"bare-{shelf}"
        target = folder / own[0].part / name
        target.mkdir(parents=True, exist_ok=True)
        for path in (mined / own[0].part / shelf).iterdir():
            gone = {each.question for each in own if each.file == path.name}
            lines = path.read_text("utf-8").split("\n")
            kept = (line for line in lines if (match := HEADING.match(line)) is None or plain(match[2]) not in gone)
            (target / path.name).write_text("\n".join(kept), encoding="utf-8")
        yield from (replace(each, shelf=name, kind="bare") for each in own)


if __name__ == "__main__":
    main()
