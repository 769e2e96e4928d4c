"""What stands in place of a `get` that may find nothing: one with a default."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

from breadknife.plugins.nullcheck.repairs.layout import lines_above, step_of
from breadknife.plugins.nullcheck.repairs.python.occurrences import Role
from breadknife.plugins.nullcheck.repairs.python.signatures import arguments_of
from breadknife.plugins.nullcheck.repairs.python.site import PythonSite
from breadknife.plugins.nullcheck.repairs.repair import Edits, Proposal
from breadknife.plugins.nullcheck.repairs.replacing import default_of, replace
from breadknife.plugins.nullcheck.values import Content, Strategy
from breadknife.text.document import Span, TextEdit
from breadknife.text.syntax import Node


def default(site: PythonSite) -> Iterator[Proposal]:
    """A default, as an argument of the `get` or in place of the name."""
    if any(node.type == "string" for node in site.path) or re.search(r"\b(?:all|any)\($", _before(site)):
        return  # quotes end an f-string, and an empty default would be an answer of `all` and `any`
    given, value = _get(site), default_of(site)
    if site.is_name:
        yield from (_set_before(site, each) for each in replace(site))
    elif given and value:
        end = site.tree.span(given[-1])

        def edits(content: Content) -> Edits:
            is_none = len(given) == 2
            return (TextEdit(end if is_none else Span(end.end, end.end), ", " * (not is_none) + content.default),)

        title = f"Use a default such as `{value}` if there is none"
        yield Proposal(Strategy.DEFAULT, title, "the call takes one", edits, Content(default=value))


def _set_before(site: PythonSite, proposal: Proposal) -> Proposal:
    """A parameter or a variable of the function gets the default where it is None: all further uses have it then."""
    sets = (one.function == site.function for one in site.occurrences() if one.role is Role.SET)
    is_own = site.is_parameter or any(sets)
    statement, step = site.statement, step_of(site.tree)
    if statement is None or site.node.type != "identifier" or site.function is None or not is_own:
        return proposal

    def edits(content: Content) -> Edits:
        lines = [f"if {site.test()}:", f"{step}{site.source} = {content.default}"]
        return (lines_above(site.tree, statement, lines),)

    return dataclasses.replace(proposal, write=edits)


def _get(site: PythonSite) -> list[Node]:
    """The arguments of `receiver.get(key)` or `os.getenv(key)`, where a default can be added; none of other calls."""
    function = site.text(site.node.child_by_field_name("function"))
    given = arguments_of(site.node) if function.rpartition(".")[2] in ("get", "getenv") else []
    is_plain = all("splat" not in each.type and each.type != "keyword_argument" for each in given)
    takes_one = len(given) == 1 or (len(given) == 2 and given[1].type == "none")
    return given if is_plain and takes_one else []


def _before(site: PythonSite) -> str:
    return site.tree.text[max(0, site.span.start - 40) : site.span.start]
