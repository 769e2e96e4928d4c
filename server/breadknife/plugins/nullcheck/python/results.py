"""What a function, or a property, gives back, where who asks relies on a value; also one of another file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from breadknife.plugins.nullcheck.python.annotations import LITERALS, is_optional
from breadknife.plugins.nullcheck.python.declarations import Cure, attribute, called, is_local, origin_of
from breadknife.plugins.nullcheck.python.kinds import (
    MAX_UNION,
    has_type_comment,
    is_defined_before,
    open_type,
    type_of,
    without_none,
)
from breadknife.plugins.nullcheck.python.modules import Elsewhere, Function, Module
from breadknife.plugins.nullcheck.python.occurrences import Done, Role, done_with, occurrences
from breadknife.plugins.nullcheck.python.outline import text
from breadknife.plugins.nullcheck.python.receivers import classes_of_object
from breadknife.plugins.nullcheck.python.refusing import is_logged
from breadknife.plugins.nullcheck.python.site import LOOPS, Site, own_nodes, site_of, yields_of
from breadknife.plugins.nullcheck.values import Strategy
from breadknife.plugins.nullcheck.wording import in_title
from breadknife.text.document import Span, TextEdit
from breadknife.text.syntax import Node, SyntaxTree, path_to

_RELIANCE = 2
"""So many callers rely on a value for each that looks for a None: more of them, and it isn't meant for most."""
_MANY = 3
"""Uses that say it for all of them."""
_SAID = 48
"""Of a function whose author says or means that it may give None: after an assertion, and only where a person chooses
it."""
_OF_CLASS = frozenset({"classmethod", "staticmethod"})
"""Decorators that leave what a method gives as it is."""
_PROPERTIES = frozenset({"property", "cached_property", "functools.cached_property"})


def of_result(site: Site, here: Module) -> Iterator[Elsewhere]:
    asked = _asked(site)
    callee = asked.child_by_field_name("function") if asked is not None and asked.type == "call" else asked
    if asked is None or callee is None:
        return
    own = called(site) if callee != asked else None
    found = Function(here, own) if own is not None else _found(site_of(site.tree, callee, site.use), here, asked)
    if found is None:
        return
    is_here, key = found.module.tree is site.tree, text(callee)
    name = key.rpartition(".")[2]
    uses, doubts = _relying(site, key, asked, is_called=callee != asked)
    if not is_here and name != key:
        doubts += _doubts(found.module.tree, name, is_called=callee != asked)
    least, many = max(1, _RELIANCE * doubts), len(uses)
    if not is_here and many < max(_MANY, least + 1):
        many += max(0, found.module.users(name) - 1)  # the file at hand is one of them
    if many > least:
        is_said = doubts > 0 and found.node.child_by_field_name("return_type") is not None
        is_said |= _is_logged(found.module.tree, found.node) or (len(uses) < _MANY and _is_written_out(found.node))
        weight = _SAID if is_said else 56 if many >= _MANY else 52
        cure = _opened(found, uses, "" if is_here else f"in {found.module.name}", weight)
        if cure is not None:
            yield Elsewhere(replace(cure, is_asked_for=is_said), found.module)


def _asked(site: Site) -> Node | None:
    """The call, or the attribute, that the place's value is from."""
    value = origin_of(site) if site.node.type == "identifier" else site.node
    while value is not None and value.type in ("await", "parenthesized_expression") and value.named_children:
        value = value.named_children[0]
    return value if value is not None and value.type in ("call", "attribute") else None


def _found(callee: Site, here: Module, asked: Node) -> Function | None:
    """The function of another file, or the method or property of an object's class."""
    is_called, is_awaited = asked != callee.node, len(callee.path) > 1 and callee.path[-2].type == "await"
    if is_called and not is_local(callee, callee.source.partition(".")[0]):
        elsewhere = here.imported_function(callee.source)
        if elsewhere is not None:
            around = path_to(elsewhere.module.tree, elsewhere.node)[-1]
            is_plain = _OF_CLASS.issuperset(_decorators(around)) and not any(yields_of(elsewhere.node))
            return elsewhere if is_plain and _is_async(elsewhere.node) == is_awaited else None
    receiver, name = callee.node.child_by_field_name("object"), callee.node.child_by_field_name("attribute")
    if receiver is None or name is None:
        return None
    asked_of = site_of(callee.tree, receiver, callee.use)
    owner = here.class_named(asked_of.source) if is_called and not _is_bound_within(asked_of) else None
    for known in [owner] if owner is not None else classes_of_object(asked_of, here):
        for each in known.line():
            for node in each.of_file():
                if named := _definitions(node, text(name)):
                    method = _plain(named, is_called=is_called)
                    is_right = method is not None and _is_async(method) == (is_called and is_awaited)
                    return Function(each.module, method) if method is not None and is_right else None
    return None


def _is_bound_within(name: Site) -> bool:
    """Whether the place's function sets or imports what a dotted name begins with."""
    root, scope = name.source.partition(".")[0], name.function
    imported = occurrences(name.tree, root, scope) if scope is not None else ()
    return is_local(name, root) or any(one.inside("import_statement", "import_from_statement") for one in imported)


def _is_async(function: Node) -> bool:
    return function.children[0].type == "async"


def _definitions(owner: Node, name: str) -> list[Node]:
    """What a class's body defines under a name, with decorators, or sets it to."""
    body = owner.child_by_field_name("body")
    found = list[Node]()
    for child in body.named_children if body is not None else ():
        inner = child.named_children[0] if child.type == "expression_statement" else child
        named = (inner.child_by_field_name("definition") or inner).child_by_field_name("name")
        named = named or inner.child_by_field_name("left")
        if named is not None and text(named) == name:
            found.append(child)
    return found


def _decorators(definition: Node) -> set[str]:
    return {text(child)[1:].strip() for child in definition.named_children if child.type == "decorator"}


def _plain(named: list[Node], *, is_called: bool) -> Node | None:
    """The only definition: of a method, or of a property without a setter."""
    method, decorators = named[0].child_by_field_name("definition") or named[0], _decorators(named[0])
    is_right = _OF_CLASS.issuperset(decorators) if is_called else len(decorators) == 1 and decorators <= _PROPERTIES
    if len(named) > 1 or not is_right or method.type != "function_definition" or any(yields_of(method)):
        return None
    return method


def _relying(site: Site, key: str, own: Node, *, is_called: bool) -> tuple[tuple[Span, ...], int]:
    """The place, of whose value `own` says what it is, and the others in the file where that is used as None can't be,
    and how many look for a None; also of another object."""
    uses, doubts = [site.span], 0
    _, dot, name = key.rpartition(".")
    for asked, value, done in _asking(site.tree, dot + name, is_called=is_called):
        is_used = text(asked) == key and Role.USE in done and Role.TEST not in done
        uses += [site.tree.span(value)] if is_used and value != own else []
        doubts += Role.TEST in done
    return tuple(uses), doubts


def _doubts(tree: SyntaxTree, name: str, *, is_called: bool) -> int:
    """How many look for a None in what that method or property of any object gives."""
    return sum(Role.TEST in done for _, _, done in _asking(tree, f".{name}", is_called=is_called))


def _asking(tree: SyntaxTree, key: str, *, is_called: bool) -> Iterator[tuple[Node, Node, set[Role]]]:
    """Where that function or attribute stands, the call of it or itself, and what is done with that."""
    known = Done()
    for one in occurrences(tree, key, tree.root):
        value, path = (one.path[-1], one.path[:-1]) if is_called else (one.node, one.path)
        if not is_called or (value.type == "call" and value.child_by_field_name("function") == one.node):
            yield one.node, value, done_with(tree, value, path, known)


def _opened(found: Function, ends: tuple[Span, ...], where: str, weight: int) -> Cure | None:
    """Where it gives something on some paths and None on others, and says so or nothing."""
    tree, function = found.module.tree, found.node
    name, parameters = function.child_by_field_name("name"), function.child_by_field_name("parameters")
    annotation = function.child_by_field_name("return_type")
    returned = own_nodes(function, "return_statement")
    gives = [one for one in returned if one.named_child_count and one.named_children[0].type != "none"]
    if name is None or parameters is None or not gives or _gives_always(function, returned):
        return None
    if annotation is not None:
        known = [without_none(text(annotation))] if is_optional(text(annotation)) else []
        if not any(known):
            return None
    else:
        kinds = {kind for one in gives for kind in _kinds(tree, one.named_children[0], function)}
        known = sorted(kinds) if "" not in kinds and len(kinds) <= MAX_UNION else []
    if any(char in kind.strip("'\"") for kind in known for char in "'\"#") or "Any" in known:
        return None
    kind, imports = open_type(tree, known, evaluated=True)
    is_new = annotation is None
    if not kind or (is_new and (has_type_comment(function) or not is_defined_before(tree, kind, function, imports))):
        return None
    at = tree.span(parameters).end
    written = TextEdit(Span(at, at), f" -> {kind}") if annotation is None else TextEdit(tree.span(annotation), kind)
    return Cure(
        Strategy.RETURN_TYPE,
        f"Declare that {in_title(text(name))} returns {in_title(kind.strip(chr(34)))}",
        (written, *imports),
        weight,
        "most of its callers rely on a value",
        ends,
        ", ".join(part for part in ("fails where it returns None", where) if part),
    )


def _is_written_out(function: Node) -> bool:
    """Whether its author has it give None somewhere in so many words."""
    return any(map(_gives_none, own_nodes(function, "return_statement")))


def _gives_none(statement: Node) -> bool:
    return not statement.named_children or statement.named_children[0].type == "none"


def _is_logged(tree: SyntaxTree, function: Node) -> bool:
    """Whether it tells somebody before it gives None, by a `return` or at its end."""
    for told in filter(is_logged, own_nodes(function, "expression_statement")):
        following = told.next_named_sibling
        path = path_to(tree, told)
        around = path[path.index(function) :]
        if following is not None and following.type == "return_statement" and _gives_none(following):
            return True
        blocks = ((outer, inner) for outer, inner in pairwise((*around, told)) if outer.type == "block")
        is_last = all(outer.named_children[-1] == inner for outer, inner in blocks)
        if is_last and not any(node.type in LOOPS for node in around):
            return True
    return False


def _gives_always(function: Node, returned: list[Node]) -> bool:
    """Whether it plainly gives a value on each path: the null is another one's."""
    body = function.child_by_field_name("body")
    done = [child.type for child in body.named_children if child.type != "comment"] if body is not None else []
    return done[-1:] == ["return_statement"] and all(
        one.named_child_count and one.named_children[0].type in LITERALS for one in returned
    )


def _kinds(tree: SyntaxTree, value: Node, function: Node) -> list[str]:
    """The types of what is returned, of an attribute those of what it is set to; [""] where they can't be told."""
    owner = next((node for node in reversed(path_to(tree, function)) if node.type == "class_definition"), None)
    if owner is not None and text(value).startswith("self.") and text(value).count(".") == 1:
        return attribute(tree, text(value), owner).types() or [""]
    return [type_of(tree, value, function)]
