"""The checker's own comment, where the checker is wrong: nothing changes, and people choose it."""

from __future__ import annotations

from collections.abc import Iterator

from breadknife.plugins.nullcheck.repairs.grammar import IgnoreComment, filled
from breadknife.plugins.nullcheck.repairs.layout import indent_of
from breadknife.plugins.nullcheck.repairs.repair import Edits, RepairProposal, written
from breadknife.plugins.nullcheck.repairs.site import Site
from breadknife.plugins.nullcheck.values import Strategy
from breadknife.plugins.nullcheck.wording import in_comment
from breadknife.text.document import Span, TextEdit, line_break


def ignore(site: Site) -> Iterator[RepairProposal]:
    """Return the comment that ignores the first of the findings whose checker has one."""
    reason = f"{in_comment(site.source)} is never {site.grammar.null} here"
    for finding in site.about:
        for row in site.grammar.ignores:
            is_its = not row.names.isdisjoint({finding.source.lower(), finding.code.lower(), _family(finding.code)})
            if is_its and (not row.languages or site.tree.language in row.languages):
                title = f"Tell {row.said} that it is never {site.grammar.null} here (nothing changes)"
                edits = _edits(site, row, filled(row.comment, code=finding.code, reason=reason))
                yield RepairProposal(Strategy.IGNORE, title, "where the checker is wrong", written(edits))
                return


def _family(code: str) -> str:
    """`sa` of `SA5011`, `np` of `NP_NULL`."""
    return code.rstrip("0123456789").partition("_")[0].lower()


def _edits(site: Site, row: IgnoreComment, comment: str) -> Edits:
    tree, end = site.tree, line_break(site.tree.text)
    if row.where == "end":
        found = tree.text.find("\n", site.span.start)
        line = tree.text[: found if found >= 0 else len(tree.text)].rstrip()
        return (TextEdit(Span(len(line), len(line)), f" {comment}"),)
    node = site.limits if row.where == "member" and site.limits is not None else site.node
    indent, start = indent_of(tree, node), tree.text.rfind("\n", 0, tree.span(node).start) + 1
    return (TextEdit(Span(start, start), f"{indent}{comment}{end}"),)
