"""What a function of another file of the project gives back, or of this one, where its callers rely on a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from breadknife.plugins.nullcheck.python.declarations import Cure, called, origin_of
from breadknife.plugins.nullcheck.python.inheritance import MAX_FILES, MAX_LENGTH, Elsewhere, Module, users
from breadknife.plugins.nullcheck.python.kinds import MAX_UNION, is_defined_before, open_type, type_of
from breadknife.plugins.nullcheck.python.occurrences import Occurrence, Role, occurrences
from breadknife.plugins.nullcheck.python.outline import Imported, outline, text
from breadknife.plugins.nullcheck.python.receivers import classes_of_object
from breadknife.plugins.nullcheck.python.site import Site, own_nodes, site_of, yields_of
from breadknife.plugins.nullcheck.values import Strategy
from breadknife.project.values import Project
from breadknife.text.document import Document, Span, TextEdit
from breadknife.text.outline import Import
from breadknife.text.syntax import Node, SyntaxTree, parse

_RELIANCE = 2
"""So many callers rely on a value for each that looks for a None: more of them, and it isn't meant for most."""
_MANY = 3
"""Uses that say it for all of them."""
_TESTS = frozenset({
    "boolean_operator", "not_operator", "if_statement", "elif_clause", "while_statement", "comparison_operator",
    "named_expression", "assert_statement",
})  # fmt: skip
Defined = tuple[Document, SyntaxTree, Node]
"""A function, and where it is."""
_MAX_STEPS = 3
"""From a package to the file that defines what it hands on."""


def of_result(
    site: Site, imports: Mapping[str, Imported], document: Document, module: Module | None
) -> Iterator[Elsewhere]:
    """`document` and `module` are the file's own; a cure of a function of this file comes with it, too."""
    call = _call(site)
    callee = call.child_by_field_name("function") if call is not None else None
    if callee is None:
        return
    uses, doubts = _relying(site, text(callee))
    least = max(1, _RELIANCE * doubts)
    if (here := called(site)) is not None:
        cure = _opened(site.tree, here, uses, len(uses), "") if len(uses) > least else None
        if cure is not None:
            yield Elsewhere(cure, site.tree, document)
        return
    if module is None:
        return
    found = defined_elsewhere(text(callee), imports, document, module.project)
    if (found := found or _method(site_of(site.tree, callee, site.use), module)) is not None:
        where, tree, function = found
        many = len(uses)
        if many < max(_MANY, least + 1):
            many += users(module.project, where.path, text(callee).rpartition(".")[2])
        place = f"in {where.path.name}" if where.path and tree is not site.tree else ""
        cure = _opened(tree, function, uses, many, place)
        if cure is not None and many > least:
            yield Elsewhere(cure, tree, where)


def _method(callee: Site, here: Module) -> Defined | None:
    """The plain method of another object's class, or of one above the own."""
    receiver, name = callee.node.child_by_field_name("object"), callee.node.child_by_field_name("attribute")
    if receiver is None or name is None:
        return None
    is_awaited = len(callee.path) > 1 and callee.path[-2].type == "await"
    for known in classes_of_object(site_of(callee.tree, receiver, callee.use), here):
        for each in known.line():
            for node in each.of_file():
                if named := _definitions(node, text(name)):
                    method = named[0]
                    is_plain = len(named) == 1 and method.type == "function_definition" and not any(yields_of(method))
                    if is_plain and (method.children[0].type == "async") == is_awaited:
                        return each.module.document, each.module.tree, method
                    return None
    return None


def _definitions(owner: Node, name: str) -> list[Node]:
    """What a class's body defines under a name, with decorators."""
    body = owner.child_by_field_name("body")
    return [
        child
        for child in (body.named_children if body is not None else ())
        if (named := (child.child_by_field_name("definition") or child).child_by_field_name("name")) is not None
        and text(named) == name
    ]


def _call(site: Site) -> Node | None:
    value = origin_of(site) if site.node.type == "identifier" else site.node
    while value is not None and value.type in ("await", "parenthesized_expression") and value.named_children:
        value = value.named_children[0]
    return value if value is not None and value.type == "call" else None


def _relying(site: Site, callee: str) -> tuple[tuple[Span, ...], int]:
    """The place and the other calls in the file whose result is used as None can't be, and how many look for a None."""
    uses, doubts = [site.span], 0
    for one in occurrences(site.tree, callee, site.tree.root):
        call = one.path[-1]
        if call.type != "call" or call.child_by_field_name("function") != one.node:
            continue
        roles = _roles(site.tree, call, one)
        if Role.TEST in roles:
            doubts += 1
        elif Role.USE in roles and not call.start_byte <= site.node.start_byte < call.end_byte:
            uses.append(site.tree.span(call))
    return tuple(uses), doubts


def _roles(tree: SyntaxTree, call: Node, one: Occurrence) -> set[Role]:
    """What is done with a call's result, at once or by the name that it gets."""
    holder = one.path[-2]
    if holder.type in _TESTS:
        return {Role.TEST}
    if holder.type == "attribute" or (holder.type == "subscript" and holder.child_by_field_name("value") == call):
        return {Role.USE}
    left = holder.child_by_field_name("left") if holder.type == "assignment" else None
    if left is None or left.type != "identifier":
        return set()
    return {use.role for use in occurrences(tree, text(left), one.inside("function_definition") or tree.root)}


def defined_elsewhere(
    callee: str, imports: Mapping[str, Imported], document: Document, project: Project
) -> Defined | None:
    """The function or method of another file that is called so."""
    root, _, rest = callee.partition(".")
    imported = imports.get(root)
    return _defined(imported, rest, document, project, _MAX_STEPS) if imported is not None else None


def _defined(imported: Imported, rest: str, document: Document, project: Project, steps: int) -> Defined | None:
    """The function or method that an imported name means, also through files that hand it on."""
    parts = [part for part in (imported.name, *rest.split(".")) if part]
    names = ((imported.name, imported.name),) if imported.name else ()
    for path in project.module(Import(imported.module, names), document)[:MAX_FILES] if parts else ():
        source = project.text(path)
        tree = parse(source, "python") if source is not None and len(source) <= MAX_LENGTH else None
        if source is None or tree is None:
            continue
        there = Document(path.as_uri(), "python", source)
        if (function := function_in(tree.root, parts)) is not None:
            return there, tree, function
        again = outline(tree).imported.get(parts[0]) if steps > 1 else None
        if again is not None:
            return _defined(again, ".".join(parts[1:]), there, project, steps - 1)
    return None


def function_in(block: Node, parts: list[str]) -> Node | None:
    """The function of a block, or the method of a class in it, that is called so."""
    for child in block.named_children:
        inner = child.child_by_field_name("definition") or child
        name = inner.child_by_field_name("name")
        if name is None or text(name) != parts[0]:
            continue
        if inner.type == "function_definition" and len(parts) == 1:
            return inner
        body = inner.child_by_field_name("body")
        if inner.type == "class_definition" and len(parts) == 2 and body is not None:
            return function_in(body, parts[1:])
    return None


def _opened(tree: SyntaxTree, function: Node, ends: tuple[Span, ...], uses: int, where: str) -> Cure | None:
    """Of a function without a declaration, which gives something on some paths and None on others."""
    name, parameters = function.child_by_field_name("name"), function.child_by_field_name("parameters")
    returned = own_nodes(function, "return_statement")
    gives = [one for one in returned if one.named_child_count and one.named_children[0].type != "none"]
    if name is None or parameters is None or not gives or function.child_by_field_name("return_type") is not None:
        return None
    kinds = {type_of(tree, one.named_children[0], function) for one in gives}
    known = sorted(kinds) if "" not in kinds and len(kinds) <= MAX_UNION else []
    kind, imports = open_type(tree, known, evaluated=True)
    if not kind or not is_defined_before(tree, kind, function, imports):
        return None
    at = tree.span(parameters).end
    return Cure(
        Strategy.RETURN_TYPE,
        f"Declare that `{text(name)}` gives `{kind}`: None is for callers that ask for it",
        (TextEdit(Span(at, at), f" -> {kind}"), *imports),
        56 if uses >= _MANY else 52,
        "most of its callers rely on a value",
        ends,
        where,
    )
