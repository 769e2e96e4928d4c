"""A module that may not be installed: a name that is imported in a `try`, and None where that fails."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from breadknife.plugins.nullcheck.python.declarations import Cure
from breadknife.plugins.nullcheck.python.kinds import are_bound_before, from_typing
from breadknife.plugins.nullcheck.python.occurrences import Occurrence, Role, occurrences
from breadknife.plugins.nullcheck.python.outline import parameter_of, text
from breadknife.plugins.nullcheck.python.site import Site
from breadknife.plugins.nullcheck.values import Strategy
from breadknife.plugins.nullcheck.wording import in_title
from breadknife.text.document import TextEdit
from breadknife.text.syntax import Node, SyntaxTree

_RELIANCE = 2
"""So many uses rely on the module for each place that goes on without it: more of them, and it isn't meant."""
_WEIGHT = 58


def of_import(site: Site) -> Iterator[Cure]:
    """Only where the file itself says what happens without the module: it raises. Who uses it then has it, and no
    None is seen; else an unchecked use may well be the one that was forgotten."""
    name = text(site.node)
    if site.node.type != "identifier" or _is_own(site, name):
        return
    found = [one for one in occurrences(site.tree, name, site.tree.root) if not _is_local(one, name)]
    in_classes = [one for one in found if one.role is Role.SET and _is_in_class(one)]
    sets = [one for one in found if one.role is Role.SET and one not in in_classes]
    missing = [one for one in sets if _is_missing(one, name)]
    tests = [one for one in found if one.role is Role.TEST]
    tests += [test for one in _kept(site.tree, found) for test in one if test.role is Role.TEST]
    refusals = [one for one in tests if _raises(one)]
    uses = tuple(site.tree.span(one.node) for one in found if one.role is Role.USE)
    if len(missing) != 1 or len(sets) != 1 or not refusals or site.span not in uses:
        return
    if len(uses) <= _RELIANCE * (len(tests) - len(refusals)):
        return
    value, attempt = missing[0].value, missing[0].inside("try_statement")
    names, imports = from_typing(site.tree, "Any", "cast")
    if value is None or attempt is None or not names or not _runs_before(site, attempt, names, imports):
        return
    any_type, cast = names
    yield Cure(
        Strategy.FIELD,
        f"Declare {in_title(name)} as `Any` where it can't be imported",
        (TextEdit(site.tree.span(value), f"{cast}({any_type}, None)"), *imports),
        _WEIGHT,
        "the file raises where it is missing",
        uses,
        "the file raises where it is missing",
    )


def _runs_before(site: Site, attempt: Node, names: tuple[str, ...], imports: tuple[TextEdit, ...]) -> bool:
    """Whether what is written can be evaluated there."""
    if any(edit.span.end > site.tree.span(attempt).start for edit in imports):
        return False
    if imports:  # `Any` may be there already, and only `cast` come
        written = " ".join(edit.new_text for edit in imports)
        names = tuple(name for name in names if name not in written)
    return are_bound_before(site.tree, {name.partition(".")[0] for name in names}, attempt)


def _is_own(site: Site, name: str) -> bool:
    """Whether it is the function's own name."""
    function = site.function
    return function is not None and (
        parameter_of(function, name) is not None
        or any(one.role is Role.SET for one in occurrences(site.tree, name, function))
    )


def _is_local(one: Occurrence, name: str) -> bool:
    function = one.inside("function_definition")
    return function is not None and parameter_of(function, name) is not None


def _is_in_class(one: Occurrence) -> bool:
    """Whether it is the name of an attribute, and not the module's."""
    return one.scope is not None and one.scope.type == "class_definition"


def _kept(tree: SyntaxTree, found: Iterable[Occurrence]) -> Iterator[list[Occurrence]]:
    """What is done with the attributes that classes keep it in: `redis = redis`, then `if self.redis is None`."""
    for one in found:
        holder, owner = one.path[-1], one.inside("class_definition")
        if owner is None or holder.type != "assignment" or holder.child_by_field_name("right") != one.node:
            continue
        left = holder.child_by_field_name("left")
        if left is None or left.type != "identifier" or not _is_in_class(one):
            continue
        of_object = list(occurrences(tree, f".{text(left)}", tree.root))
        if not any(each.role is Role.SET for each in of_object):
            yield [each for each in of_object if text(each.node) == f"self.{text(left)}" and owner in each.path]


def _is_missing(one: Occurrence, name: str) -> bool:
    """Whether it is set to None where its import has failed."""
    attempt = one.inside("try_statement")
    body = attempt.child_by_field_name("body") if attempt is not None else None
    at_top = all(node.type not in ("function_definition", "class_definition") for node in one.path)
    if body is None or not at_top or one.inside("except_clause") is None or one.annotation is not None:
        return False
    return one.value is not None and one.value.type == "none" and name in _imported(body)


def _imported(body: Node) -> set[str]:
    names = set[str]()
    for statement in body.named_children:
        if statement.type in ("import_statement", "import_from_statement"):
            for each in statement.children_by_field_name("name"):
                alias = each.child_by_field_name("alias")
                names.add(text(alias) if alias is not None else text(each).partition(".")[0])
    return names


def _raises(one: Occurrence) -> bool:
    """Whether its being missing is an error there: `if redis is None: raise …`, `if not (redis and json): raise …`."""
    statement = one.inside("if_statement")
    condition = statement.child_by_field_name("condition") if statement is not None else None
    then = statement.child_by_field_name("consequence") if statement is not None else None
    if condition is None or then is None or not then.named_children:
        return False
    return _is_without(condition, text(one.node), True) and then.named_children[-1].type == "raise_statement"


def _is_without(condition: Node, name: str, outcome: bool) -> bool:
    """Whether that is surely the condition's outcome where the name is None."""
    parts = condition.named_children
    match condition.type:
        case "identifier" | "attribute":
            return text(condition) == name and not outcome
        case "parenthesized_expression" if len(parts) == 1:
            return _is_without(parts[0], name, outcome)
        case "not_operator":
            return _is_without(parts[0], name, not outcome)
        case "comparison_operator":
            return text(condition) == f"{name} {'is' if outcome else 'is not'} None"
        case "boolean_operator":
            decides = (condition.child_by_field_name("operator") or condition).type == ("or" if outcome else "and")
            return (any if decides else all)(_is_without(part, name, outcome) for part in parts)
        case _:
            return False
