"""What the statements before a place hold, such as a lock: who leaves before it is given back does that first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from breadknife.plugins.nullcheck.repairs.site import Site
from breadknife.text.syntax import Node


def releases(site: Site, within: Node | None = None) -> list[str]:
    """Return the calls that give back what is held at the place, the last taken first: those that the function makes
    only behind the place, neither deferred nor in a `finally` around it. `within`: only of what is taken in there."""
    held = dict[str, None]()
    for statement in _before(site, within):
        code = site.text(statement).rstrip(";")
        held.pop(code, None)
        if taken := re.fullmatch(r"([\w.$]+)\.(\w+)\(\)", code):
            release = site.grammar.writing.releases.get(taken[2])
            held |= {f"{taken[1]}.{release}()": None} if release else {}
    rest = site.between(site.node.end_byte, site.function.end_byte) if site.function is not None else ""
    return [each for each in reversed(held) if each in rest and not _is_certain(site, each)]


def _before(site: Site, within: Node | None) -> Iterator[Node]:
    """Yield the statements that have run before the place, of the lists around it."""
    outwards = (site.node, *site.around)
    inside = outwards[: outwards.index(within)] if within in outwards else outwards
    for outer, inner in reversed([(outer, inner) for inner, outer in pairwise(inside)]):
        if outer.type in site.grammar.nodes.lists:
            yield from (each for each in outer.named_children if each.end_byte <= inner.start_byte)


def _is_certain(site: Site, release: str) -> bool:
    """Tell whether a call is made however the place is left."""
    deferred = rf"\bdefer\s+(?:func\(\)\s*\{{[^}}]*)?{re.escape(release)}"
    finals = (each for node in site.around for each in node.named_children if each.type in site.grammar.nodes.finals)
    return re.search(deferred, site.text(site.function)) is not None or any(
        release in site.text(each) for each in finals
    )
