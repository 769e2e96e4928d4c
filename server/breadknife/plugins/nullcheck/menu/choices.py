"""Which way a user has chosen for a value of a project: it comes first the next time that name may be null.

Of two ways that are both right, one is a project's habit, and its text doesn't tell which (`bench/README.md`): its
people do. Kept are names and strategies, on this machine alone.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import msgspec

from breadknife.paths import lock_file, read_written, state_dir, write_atomically, written_at
from breadknife.plugins.nullcheck.values import DECLARATION, RepairOffer, Strategy
from breadknife.text.document import Span
from breadknife.text.syntax import SyntaxTree

PROJECTS, NAMES = 50, 500
"""The latest that are kept, and of each."""
LOCK_SECONDS = 2.0
_Entry = TypeVar("_Entry")
log = logging.getLogger("breadknife.plugins")

Chosen = dict[str, dict[str, str]]
"""A project's folder -> the last name of a value -> a strategy. The latest are the last."""


class ChoiceStore:
    """Several servers may share one file. Safe to use from several threads; nothing raises."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or choices_file()
        self._known = Chosen()
        self._read: tuple[int, int] | None = None
        """The time of change and the size of the file that is known."""
        self._lock = threading.Lock()

    def of(self, root: Path | None, name: str) -> Strategy | None:
        """Return what was chosen for it last; None where nothing was, or what another version knows."""
        with self._lock:
            stamp = written_at(self._path)
            if stamp != self._read:
                self._read, self._known = stamp, read_choices(self._path)
            way = self._known.get(str(root), {}).get(name)
        return Strategy(way) if way in set(Strategy) else None

    def chose(self, root: Path, name: str, way: Strategy) -> None:
        """It is written at once: people don't choose often."""
        self._change(root, name, lambda _: way.value)

    def forget(self, root: Path, name: str, way: Strategy) -> None:
        """It wasn't a choice, unless another one has been made since."""
        self._change(root, name, lambda known: None if known == way else known)

    def _change(self, root: Path, name: str, becomes: Callable[[str | None], str | None]) -> None:
        try:
            with lock_file(self._path.with_suffix(".lock"), LOCK_SECONDS):
                chosen = read_choices(self._path)
                names = chosen.pop(str(root), {})
                if way := becomes(names.pop(name, None)):
                    names[name] = way
                if names:
                    chosen[str(root)] = _latest(names, NAMES)
                encoded = msgspec.json.format(msgspec.json.encode(_latest(chosen, PROJECTS)), indent=2)
                write_atomically(self._path, encoded + b"\n")
        except (OSError, UnicodeError) as error:  # filelock.Timeout is one; a path may be no valid Unicode
            log.warning("can't write %s: %s", self._path, error)


def choices_file() -> Path:
    return state_dir() / "null-fixes.json"


def read_choices(path: Path) -> Chosen:
    return read_written(path, Chosen)


def by_choice(offers: Sequence[RepairOffer], way: Strategy | None, name: str) -> list[RepairOffer]:
    """Return the offers with what was chosen for the name before as the first. To repair a declaration is one way,
    whatever is declared: where the same name is an attribute, and there a parameter."""
    chosen = next((offer for offer in offers if offer.strategy is way), None)
    if chosen is None and way in DECLARATION:
        chosen = next((offer for offer in offers if offer.strategy in DECLARATION), None)
    if chosen is None or chosen is offers[0]:
        return list(offers)
    first = replace(chosen, reason=f"as you chose for `{name}` before")
    return [first, *(offer for offer in offers if offer is not chosen)]


def name_of(tree: SyntaxTree, value: Span) -> str:
    """Return the last name of an expression outside of all brackets, in any language: `shell` of `self.shell`, `match`
    of `re.match(pattern, line)`, `rows` of `rows[0]`."""
    depth, name, stack = 0, "", [tree.node_at(value)]
    while stack:
        node = stack.pop()
        stack += reversed(node.children)
        if not node.children:
            depth += node.type.endswith(("(", "[", "{")) - node.type.endswith((")", "]", "}"))
            if depth == 0 and node.type.endswith("identifier") and node.type != "type_identifier":
                name = tree.source(node)
    return name


def _latest(entries: dict[str, _Entry], most: int) -> dict[str, _Entry]:
    return dict(list(entries.items())[-most:])
