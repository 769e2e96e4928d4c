"""What names are found to mean: an attribute or a function, of this file or of another one."""

from __future__ import annotations

from typing import NamedTuple

from breadknife.plugins.nullcheck.python.annotations import is_followed
from breadknife.plugins.nullcheck.python.classes import Class, Variable
from breadknife.plugins.nullcheck.python.facts import Cause, Contents, contents
from breadknife.plugins.nullcheck.python.outline import Function, text
from breadknife.plugins.nullcheck.summaries import Demand, Known, Null
from breadknife.task.values import Related
from breadknife.text.syntax import Node


class Member(NamedTuple):
    """What an attribute, or a function by its name, means."""

    function: Function | None = None
    known: Known | None = None
    uri: str = ""
    """Of the file of `known`."""
    variable: Variable | None = None
    owner: Class | None = None


class Callee(NamedTuple):
    name: str
    cause: Cause | None
    """Why what it gives back may be None."""
    kind: str
    never_returns: bool
    is_async: bool
    is_property: bool
    items: tuple[Cause | None, ...] = ()
    """Of a tuple that it gives back: why one of its values may be None."""
    together: bool = False
    contents: Contents | None = None
    flag: tuple[int, bool] | None = None
    fallback: tuple[int, str] | None = None
    null_where: tuple[Demand, ...] = ()
    back_where: tuple[Demand, ...] = ()


def returned(function: Function, annotation: Node) -> Contents | None:
    written = text(annotation) if function.is_plain else ""
    if not is_followed(written):
        return None
    return contents(written, Cause(function.node, f"`{function.name}` returns `{written}`"))


_ORDINALS = ("first", "second", "third", "fourth", "fifth")


def part_may_be_none(function: str, at: int) -> str:
    which = f"as its {_ORDINALS[at]} value" if at < len(_ORDINALS) else f"as its value {at + 1}"
    return f"`{function}` may return None {which}"


def elsewhere(null: Null | None, uri: str, node: Node) -> Cause | None:
    return Cause(node, null.why, Related(null.span, null.why, uri)) if null is not None else None


def held_elsewhere(known: Known, uri: str, node: Node) -> Contents | None:
    """Of a value of another file. `node` stands for it in this one."""
    return (
        contents(known.holds, Cause(node, f"`{text(node)}` is annotated `{known.holds}`"), uri) if known.holds else None
    )
