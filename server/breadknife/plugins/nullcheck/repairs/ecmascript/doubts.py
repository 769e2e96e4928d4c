"""Where no edit is right: the code is safe in a way that TypeScript doesn't follow, or it means to fail.

Each case gives the reason as a clause. It ends up in the checker's ignore comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from breadknife.plugins.nullcheck.repairs.ecmascript.nodes import BLOCKS, FUNCTIONS
from breadknife.plugins.nullcheck.repairs.ecmascript.site import THROWING, Site
from breadknife.plugins.nullcheck.wording import in_comment
from breadknife.text.syntax import Node

_EXPECTS = re.compile(r"(?:^expect\(.*\.(?:not\.)?toThrow\w*|\b(?:assert|t)\.(?:throws|rejects))$", re.DOTALL)
_GET = re.compile(r"(?P<owner>[\w$]+(?:\.[\w$]+)*)\.get\((?P<key>[^()]*)\)")
_CHECKS = re.compile(
    r"(?:[\w$]+\.)*(?:assert|ensure|check|invariant|require|verify|validate|must|guard)(?![a-z])[\w$]*"
)
_EXPECTED = re.compile(r"\)\.(?:toBeDefined|toBeTruthy|toBeInstanceOf|not\.(?:toBeNull|toBeUndefined|toBeFalsy))\(")
_LEAVES = re.compile(r"\b(?:return|throw|continue|break)\b")
_EACH = frozenset({"map", "flatMap", "forEach", "some", "every", "find", "findIndex", "sort"})


def doubt(site: Site) -> str:
    """Why no edit of the code is right, or "" where one may be."""
    return _caught(site) or _expected(site) or _has(site) or _filtered(site) or _checked(site)


def _caught(site: Site) -> str:
    """One statement alone is tried as a whole; of more, who catches everything may not have thought of each."""
    if site.use not in THROWING:
        return ""
    for outer, inner in _around(site):
        handler = outer.child_by_field_name("handler") if outer.type == "try_statement" else None
        if handler is None or outer.child_by_field_name("body") != inner:
            continue
        single = sum(child.type != "comment" for child in inner.named_children) == 1
        if single and not re.search(r"\bthrow\b", site.text(handler)):
            return "any exception here is caught"
    return ""


def _expected(site: Site) -> str:
    for outer in reversed(site.path):
        function = outer.child_by_field_name("function") if outer.type == "call_expression" else None
        if function is not None and _EXPECTS.search(site.text(function)):
            return "the error is expected"
    return ""


def _has(site: Site) -> str:
    """`if (m.has(k)) m.get(k).x`."""
    found = _GET.fullmatch(site.declared_as)
    if found is None:
        return ""
    asked = f"{found['owner']}.has({found['key']})"
    positive = re.compile(rf"(?:^|&&|(?<![\w$])\()\s*{re.escape(asked)}\s*(?:\)|&&|$)")
    for outer, inner in _around(site):
        test = outer.child_by_field_name("left" if outer.type == "binary_expression" else "condition")
        follows = outer.child_by_field_name("right" if outer.type == "binary_expression" else "consequence")
        operator = outer.child_by_field_name("operator")
        follows = follows or (outer.child_by_field_name("body") if outer.type == "while_statement" else None)
        if test is None or follows != inner or (operator is not None and operator.type != "&&"):
            continue
        said = site.text(test)
        if "||" not in said and positive.search(said):
            return _asked(found["owner"], found["key"])
    for before in _before(site):
        test, then = before.child_by_field_name("condition"), before.child_by_field_name("consequence")
        if before.type != "if_statement" or test is None or then is None:
            continue
        sets = f"{found['owner']}.set({found['key']}," in site.text(then)
        if site.text(test) == f"(!{asked})" and (sets or _LEAVES.search(site.text(then))):
            return _asked(found["owner"], found["key"])
    return ""


def _asked(owner: str, key: str) -> str:
    said = in_comment(f"{owner}.has({key})", in_comment(f"{owner}.has()", "has()"))
    return f"`{said}` says that it is there"


def _filtered(site: Site) -> str:
    """`xs.filter((x) => x.y).map((x) => x.y.z)`."""
    at = next((at for at in range(len(site.path) - 1, 0, -1) if site.path[at].type in FUNCTIONS), 0)
    taken = _parameter(site, site.path[at]) if at > 1 else ""
    call = site.path[at - 2] if at > 1 and site.path[at - 1].type == "arguments" else None
    each = call.child_by_field_name("function") if call is not None and call.type == "call_expression" else None
    before = each.child_by_field_name("object") if each is not None else None
    filtering = before.child_by_field_name("function") if before is not None else None
    given = before.child_by_field_name("arguments") if before is not None else None
    if each is None or filtering is None or given is None or given.named_child_count != 1 or not taken:
        return ""
    if site.text(each).rpartition(".")[2] not in _EACH or not site.text(filtering).endswith(".filter"):
        return ""
    test = given.named_children[0]
    if site.text(test) == "Boolean" and site.source == taken:
        return "`filter(Boolean)` lets only what is there through"
    body, name = test.child_by_field_name("body"), _parameter(site, test)
    if body is None or not name or body.type == "statement_block":
        return ""
    value = re.sub(rf"(?<![\w$.]){re.escape(taken)}(?![\w$])", lambda _: name, site.source)
    there = re.compile(rf"(?:!!)?{re.escape(value)}(?:\s*!==?\s*(?:null|undefined))?")
    said = site.text(body)
    if "||" not in said and any(there.fullmatch(part.strip()) for part in said.split("&&")):
        return "the `filter` before lets only those through"
    return ""


def _parameter(site: Site, function: Node) -> str:
    """The name of a function's first parameter."""
    first = function.child_by_field_name("parameter")
    found = function.child_by_field_name("parameters")
    if first is None and found is not None and found.named_child_count:
        first = found.named_children[0].child_by_field_name("pattern") or found.named_children[0]
    return site.text(first) if first is not None and first.type == "identifier" else ""


def _checked(site: Site) -> str:
    """`ensureOpen(x); x.y`, `expect(x).toBeDefined(); x.y`."""
    if not site.is_name:
        return ""
    for before in _before(site):
        call = before.named_children[0] if before.type == "expression_statement" and before.named_child_count else None
        said = site.text(call) if call is not None and call.type == "call_expression" else ""
        if said.startswith(f"expect({site.source})") and _EXPECTED.search(said):
            return "`expect` has checked it"
        name, _, given = said.partition("(")
        if _CHECKS.fullmatch(name) and re.match(rf"{re.escape(site.source)}\s*[,)]", given):
            return f"`{name}` has checked it"
    return ""


def _around(site: Site) -> Iterator[tuple[Node, Node]]:
    """(Outer, inner) up to the function, the innermost first."""
    inner = site.node
    for outer in reversed(site.path):
        if outer.type in FUNCTIONS:
            return
        yield outer, inner
        inner = outer


def _before(site: Site) -> Iterator[Node]:
    """The statements that have run before the place in the blocks around it, the last first; none past one that sets
    what the place is about."""
    root = re.escape(re.split(r"[.(\[]", site.source)[0])
    sets = re.compile(rf"(?<![\w$.]){root}(?:\.[\w$]+)*\s*=(?![=>])|\b{root}\.(?:delete|clear)\(")
    for outer, inner in _around(site):
        if outer.type not in BLOCKS:
            continue
        for statement in reversed(outer.named_children):
            if statement.start_byte >= inner.start_byte or statement.type == "comment":
                continue
            if sets.search(site.text(statement)) and statement.type != "lexical_declaration":
                return
            yield statement
