"""`breadknife shelf cite`: BibTeX of the shelf's files."""

from __future__ import annotations

from contextlib import closing

from breadknife.cli.output import print_json, say, tell
from breadknife.errors import ShelfError
from breadknife.plugins.shelf.adding import NO_FOLDER
from breadknife.plugins.shelf.citing import bibtex, chosen
from breadknife.plugins.shelf.index.shelves import IndexedShelves


def run(words: str, *, as_json: bool) -> int:
    """Print what the files say of themselves that `words` mean. Return the exit code: 0 if there is one, else 1. Raises
    ShelfError if no folder is on the shelf."""
    with closing(IndexedShelves()) as shelves:
        if not shelves.status.folders:
            raise ShelfError(NO_FOLDER)
        found = chosen(shelves.files, words)
    if as_json:
        told = ("title", "year", "doi")
        print_json(
            [
                {"file": str(path), "authors": record.authors.split("\n") if record.authors else []}
                | {name: getattr(record, name) for name in told}
                for path, record in sorted(found.items())
            ]
        )
    elif found:
        for line in bibtex(found).rstrip("\n").split("\n"):
            say(line)
    else:
        tell(f"No file of the shelf has “{words}” in its title, authors or path; `breadknife shelf status` counts them")
    return 0 if found else 1
