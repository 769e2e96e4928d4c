"""What the document recipes cost a menu: CPU time of all of them against that of reading the document's prose at first.

`python bench/documents/cost.py FOLDER` takes the longest README among the wheels of FOLDER, and 20 random places in it.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from documents.corpus import Place, places

from breadknife.cancel import CancelToken
from breadknife.plugins.recipes.plugin import RecipesPlugin
from breadknife.task.values import ActionRequest
from breadknife.testing import ask
from breadknife.text.extract import extract
from breadknife.text.syntax import parse

PLACES = 20


def main() -> None:
    chosen = _of_the_longest(places(Path(sys.argv[1]), None, 31))
    document = chosen[0].document
    unread = replace(document, text=document.text.replace("e", "é"))  # which no cache knows
    print(f"{chosen[0].name}: {document.line_count} lines")

    def read() -> None:
        list(extract(unread, parse(unread.text, unread.language), CancelToken()))

    alone = _seconds(read)
    plugin = RecipesPlugin()
    menus = [_seconds(lambda place=place: ask(plugin, ActionRequest(document, place.span))) for place in chosen]
    print(f"reading {alone * 1000:.0f} ms; a menu {statistics.median(menus) * 1000:.0f} ms, at most")
    print(f"{max(menus) * 1000:.0f} ms; ratio {statistics.median(menus) / alone:.2f}")


def _of_the_longest(found: list[Place]) -> list[Place]:
    readmes = [place for place in found if "/README:" in place.name]
    longest = max(readmes, key=lambda place: len(place.document.text)).document
    return [place for place in readmes if place.document.uri == longest.uri][:PLACES]


def _seconds(run: Callable[[], object]) -> float:
    started = time.process_time()
    run()
    return time.process_time() - started


if __name__ == "__main__":
    main()
