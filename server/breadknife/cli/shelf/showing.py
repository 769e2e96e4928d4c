"""`breadknife shelf status`: what is on the shelf, and what is missing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path
from typing import Any

from breadknife.cli.output import megabytes, print_json, say, tell
from breadknife.plugins.shelf.index.shelves import IndexedShelves
from breadknife.plugins.shelf.values import ShelfStatus, SkippedFile
from breadknife.steps.ocr import REMEDY, is_installed
from breadknife.text.printable import counted

_WORDS_ONLY = "`breadknife shelf add` makes their vectors, or says what is missing"
_SKIPPED = 10
"""How many skipped files of a folder are named; `--json` has all."""


def run(*, as_json: bool) -> int:
    show(None, as_json=as_json)
    return 0


def show(folders: Collection[Path] | None, *, as_json: bool, words_only: str = "") -> None:
    """Print the state of these folders, or for None of all.

    `words_only` is the reason why only words are searched, not meanings; empty if it isn't known.
    """
    shelves = IndexedShelves()
    try:
        statuses = [status for status in shelves.statuses if folders is None or status.folders[0] in folders]
        problems = shelves.problems
    finally:
        shelves.close()
    for problem in problems:
        tell(problem)
    if as_json:
        print_json([_json(status, words_only) for status in statuses])
        return
    if not statuses:
        say("No folder is on the shelf; `breadknife shelf add FOLDER` adds one.")
    for status in statuses:
        _say(status)


def _json(status: ShelfStatus, words_only: str) -> dict[str, Any]:
    values = asdict(status)
    [folder] = values.pop("folders")
    skipped = [{**file, "file": str(file["file"])} for file in values.pop("skipped")]
    why = (words_only or _WORDS_ONLY) if status.chunks_waiting else ""
    return {"folder": str(folder), **values, "words_only": why, "skipped": skipped}


def _say(status: ShelfStatus) -> None:
    by_ocr = f" ({status.pages_by_ocr:,} by OCR)" if status.pages_by_ocr else ""
    amounts = (counted(status.files, "file"), f"{counted(status.pages, 'page')}{by_ocr}", _size(status.bytes))
    say(str(status.folders[0]))
    say(f"  {', '.join(amounts)} of index")
    if status.pages_waiting:
        remedy = "`breadknife shelf add` reads them" if is_installed() else REMEDY
        say(f"  {counted(status.pages_waiting, 'page')} can be read by OCR only: {remedy}")
    if status.chunks_waiting:
        say(f"  {status.chunks_waiting:,} of {status.chunks:,} chunks are found by their words only: {_WORDS_ONLY}")
    for skipped in status.skipped[:_SKIPPED]:
        say(f"  {_why(skipped, status.folders[0])}")
    if len(status.skipped) > _SKIPPED:
        say(f"  and {len(status.skipped) - _SKIPPED:,} more skipped files: `breadknife shelf status --json`")


def _size(count: int) -> str:
    return f"{count / 1e3:,.0f} kB" if count < 1e6 else megabytes(count)


def _why(skipped: SkippedFile, folder: Path) -> str:
    remedy = f" → {skipped.remedy}" if skipped.remedy else ""
    return f"skipped {skipped.file.relative_to(folder)}: {skipped.reason}{remedy}"
