"""The ways to deal with a nil: what each writes, and which fits a place best by the evidence of its surroundings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from breadknife.plugins.nullcheck.core.il import Type
from breadknife.plugins.nullcheck.repairs.go import endings
from breadknife.plugins.nullcheck.repairs.go.error_checks import error_checks
from breadknife.plugins.nullcheck.repairs.go.site import GoSite
from breadknife.plugins.nullcheck.repairs.layout import (
    block,
    in_block,
    lines_above,
    lines_after,
    lines_before,
    on_own_line,
)
from breadknife.plugins.nullcheck.repairs.option import Edits, Option
from breadknife.plugins.nullcheck.values import Content, Strategy, Use
from breadknife.plugins.nullcheck.wording import in_comment, in_title
from breadknife.text.document import Span, TextEdit, line_break
from breadknife.text.syntax import Node

_CONTINUE, _BREAK = endings.Ending(("continue",), "continue"), endings.Ending(("break",), "break")


def options(site: GoSite, ignores: str) -> list[Option]:
    """What can be done at a site. `ignores` is the checker whose finding is answered, where it has an ignore
    comment."""
    found = [*error_checks(site), *_leaving_check(site), *_map(site)]
    if (struct := _struct(site)) and site.is_name:
        found += _zero_value(site, struct)
    made = {option.strategy for option in found}
    checks = (list(_told(site, site.error)) if site.error else []) or list(_guards(site, struct))
    # Where it is always nil a guard would only hide what follows.
    found += [
        option
        for option in checks
        if option.strategy not in made and (not site.is_certain or option.strategy is Strategy.DEFAULT)
    ]
    if ignores:
        found.append(_ignore(site, ignores))
    return found


def _leaving_check(site: GoSite) -> Iterator[Option]:
    """`if x == nil { log(…) }`, or `if err != nil { log(…) }`, and on: the check is there, but doesn't leave."""
    given = site.given_by()
    error = site.text(given.tells) if given is not None and "err" in site.text(given.tells).lower() else ""
    for tested, compared in ((site.source, "=="), (error, "!=")):
        check = _check_above(site, tested, compared) if tested else None
        passed = endings.with_error(site, tested) if tested == error else None
        strategy, ending = (Strategy.CHECK_ERROR, passed) if passed else _way_out(site)
        if check is None or ending is None:
            continue
        title = f"Leave when `{tested}` is {'not ' if tested == error else ''}nil ({ending.says} after the check)"
        edit = lines_after(site.tree, check[1], list(ending.statements))
        yield Option(
            Strategy.CHECK_ERROR if tested == error else strategy, title, 92,
            f"it is checked in line {check[0].start_point.row + 1}, which goes on", lambda _, edit=edit: (edit,),
        )  # fmt: skip
        return


def _check_above(site: GoSite, tested: str, compared: str = "==") -> tuple[Node, Node] | None:
    """A comparison with nil among the statements before the place, and the last that it does: it goes on."""
    for node, condition, its in site.checks_above():
        statements = its.named_children[0].named_children if its.named_child_count else []
        between = site.tree.text[site.tree.span(node).end : site.span.start]
        is_set = re.search(rf"(?<![\w.]){re.escape(tested)}(?:, [\w.]+)* :?=(?!=)", between) is not None
        is_test = condition == f"{tested} {compared} nil"
        if statements and is_test and not is_set and on_own_line(site.tree, statements[-1]):
            return node, statements[-1]
    return None


def _way_out(site: GoSite) -> tuple[Strategy, endings.Ending | None]:
    """How a place is left without an error: of a loop the other rounds may go well, unless it does otherwise itself."""
    early = endings.early(site)
    if site.round is None or (early is not None and _returns_so(site, early)):
        return Strategy.RETURN, early
    if site.goes_on:
        return Strategy.CONTINUE, _CONTINUE
    return (Strategy.BREAK, _BREAK) if site.loop is not None else (Strategy.RETURN, early)


def _returns_so(site: GoSite, early: endings.Ending) -> bool:
    """Whether the loop around the place is left in the same way elsewhere."""
    around = site.text(site.round) if site.round is not None else ""
    return re.search(rf"^\s*{re.escape(early.statements[-1])}\r?$", around, re.MULTILINE) is not None


def _map(site: GoSite) -> Iterator[Option]:
    kind = site.written_type()
    if site.use is not Use.ASSIGN or not kind.startswith("map["):
        return
    spec = next(
        (
            child
            for node in site.siblings
            if node.type == "var_declaration" and node.end_byte <= site.node.start_byte
            for child in node.named_children
            if child.type == "var_spec" and child.child_by_field_name("value") is None
            and [site.text(name) for name in child.children_by_field_name("name")] == [site.source]
        ),
        None,
    )  # fmt: skip
    written = spec.child_by_field_name("type") if spec is not None else None
    function = site.text(site.function) if site.function is not None else ""
    if written is not None and not re.search(rf"\b{re.escape(site.source)} [!=]= nil\b", function):
        edit = TextEdit(site.tree.span(written), f"= make({kind})")
        yield Option(
            Strategy.MAKE,
            f"Make the map where `{site.source}` is declared (it is never nil)",
            95,
            "nothing else makes it",
            lambda _: (edit,),
        )
    elif site.is_name and site.statement is not None:
        made = endings.Ending((f"{site.source} = make({kind})",), "")
        yield Option(
            Strategy.MAKE,
            f"Make the map first if {in_title(site.source)} is nil (the write goes into a new one)",
            90,
            "a write needs a map",
            lambda _: _guard(site, site.source, made),
        )


_LEAVES = {
    "return_statement": Strategy.RETURN,
    "continue_statement": Strategy.CONTINUE,
    "break_statement": Strategy.BREAK,
}


def _told(site: GoSite, error: str) -> Iterator[Option]:
    """Where an error has said that there is no value, it is what counts: no other may take its place."""
    statement, what = site.statement, in_title(site.source)
    if statement is None or not site.is_name:
        return
    source, last = site.text(statement), site.siblings[-1]
    is_alone = statement.type == "expression_statement" or re.match(r"_(?:, _)* = ", source) is not None
    if (
        is_alone
        and not _names(source, error)
        and not any(_never_returns(site, call) for call in statement.named_children if call.type == "call_expression")
    ):
        yield Option(
            Strategy.NARROW, f"Skip this if {what} is nil", 94, f"`{error}` is what counts here",
            lambda _: in_block(site.tree, f"if {site.source} != nil", site.statement),
        )  # fmt: skip
    own = site.text(last)
    set_here = [
        name
        for node in site.siblings
        if node.start_byte >= statement.start_byte
        for left in _set_by(node)
        for name in re.findall(r"\w+", site.text(left))
    ]
    is_own = last.type in _LEAVES and last != statement and "\n" not in own
    is_own = is_own and not any(_names(own, name) for name in (site.source, *set_here))
    ending = endings.Ending((own,), own) if is_own else endings.with_error(site, error) or endings.early(site)
    if ending is not None:
        yield Option(
            _LEAVES[last.type] if is_own else Strategy.RETURN, f"Leave if {what} is nil (`{ending.statements[-1]}`)",
            80, f"`{error}` has said so", lambda _: _guard(site, site.source, ending),
        )  # fmt: skip


def _never_returns(site: GoSite, call: Node) -> bool:
    functions, name = site.home.knowledge.functions, site.text(call.child_by_field_name("function"))
    return name in functions["never_return"] or name.rpartition(".")[2] in functions["never_return_methods"]


def _set_by(statement: Node) -> Iterator[Node]:
    """What it assigns to or declares, be it a variable, a constant or a type."""
    yield from (*statement.children_by_field_name("left"), *statement.children_by_field_name("name"))
    for child in statement.named_children if statement.type.endswith(("_declaration", "_spec_list")) else ():
        yield from _set_by(child)


def _names(source: str, name: str) -> bool:
    return re.search(rf"(?<![\w.]){re.escape(name)}\b", source) is not None


def _zero_value(site: GoSite, struct: str) -> Iterator[Option]:
    """`var t *T`, used at once: what the code wants is a `T`."""
    spec = site.origin if site.is_certain else None
    spec = spec.parent if spec is not None and spec.type != "var_spec" else spec
    kind = spec.child_by_field_name("type") if spec is not None and spec.type == "var_spec" else None
    if spec is None or kind is None or len(spec.children_by_field_name("name")) != 1:
        return
    function, declared = site.text(site.function) if site.function is not None else "", spec.parent
    if declared is None or re.search(rf"\b{re.escape(site.source)} [!=]= nil\b", function):
        return
    alone = declared.type == "var_declaration"
    edit = (
        TextEdit(site.tree.span(declared), f"{site.source} := &{struct}{{}}")
        if alone
        else TextEdit(site.tree.span(kind), f"= &{struct}{{}}")
    )
    yield Option(
        Strategy.DEFAULT, f"Make an empty `{struct}` where `{site.source}` is declared (it is never nil)", 90,
        "it is used before it is set", lambda _: (edit,),
    )  # fmt: skip


# --- at the place ---


def _guards(site: GoSite, struct: str) -> Iterator[Option]:
    name = site.source if site.is_name else _new_name(site)
    if site.statement is None or not name:
        return
    what, plain = in_title(site.source) if site.is_name else "the result", re.sub(r"[^\w. ]", "", name)[:60]
    message = f"{plain} is nil"
    if site.results and site.results[-1] == "error":
        makers = (("errors", "errors.New"), ("fmt", "fmt.Errorf"))
        maker = next((maker for package, maker in makers if package in site.home.file.imports), "")
        add = None if maker else _import_errors(site)
        if maker or add is not None:

            def left(said: Content) -> Edits | None:
                ending = endings.with_error(site, f'{maker or "errors.New"}("{said.message}")')
                return _with_import(_guard(site, name, ending), add)

            yield Option(
                Strategy.RAISE, f"Return an error if {what} is nil", 70, "the function returns an error", left,
                Content("error", message),
            )  # fmt: skip
    elif (ending := endings.early(site)) is not None:
        weight = 40 if site.results else 60
        if site.round is not None:
            weight = 57 if _returns_so(site, ending) else 35
        yield Option(
            Strategy.RETURN, f"Return early if {what} is nil ({ending.says})", weight,
            "the function can't return an error", lambda _: _guard(site, name, ending),
        )  # fmt: skip
    if site.goes_on:
        habit = re.search(r"\bcontinue\s", site.text(site.round)) if site.round is not None else None
        yield Option(
            Strategy.CONTINUE, f"Skip this iteration if {what} is nil", 62 if habit else 50,
            "the loop does so elsewhere" if habit else "it is in a loop", lambda _: _guard(site, name, _CONTINUE),
        )  # fmt: skip
    breaks = site.loop is not None and re.search(r"\bbreak\s", site.text(site.loop)) is not None
    if site.loop is not None and (breaks or not site.goes_on):
        yield Option(
            Strategy.BREAK, f"Leave the loop if {what} is nil", 47,
            "the loop does so elsewhere" if breaks else "the next iteration would find the same",
            lambda _: _guard(site, name, _BREAK),
        )  # fmt: skip
    if site.is_name and site.statement.type == "expression_statement":
        yield Option(
            Strategy.NARROW,
            f"Skip this if {what} is nil",
            45,
            "nothing after it needs its result",
            lambda _: in_block(site.tree, f"if {site.source} != nil", site.statement),
        )
    if struct:
        made = endings.Ending((f"{name} = &{struct}{{}}",), "")
        yield Option(
            Strategy.DEFAULT, f"Use an empty `{struct}` if {what} is nil", 20,
            f"`{struct}` is a struct of this package", lambda _: _guard(site, name, made),
        )  # fmt: skip
    yield Option(
        Strategy.ASSERT, f"Panic with a message if {what} is nil", 10, "it would panic anyway",
        lambda said: _guard(site, name, endings.Ending((f'panic("{said.message}")',), "")),
        Content("panic", message),
    )  # fmt: skip


def _struct(site: GoSite) -> str:
    """The struct of this package that a name points to, and whose zero value does here; "" for anything else."""
    kind = site.written_type()
    is_own = site.node.type == "identifier" and kind[:1] == "*" and "." not in kind
    return kind[1:] if is_own and site.struct(kind[1:]) and not _fails_when_empty(site, kind[1:]) else ""


def _fails_when_empty(site: GoSite, name: str) -> bool:
    """Whether the place uses a field of a struct in a way that its zero value doesn't allow, and panics again."""
    used, path, struct, type_ = site.node, list(site.path), site.struct(name), Type("")
    while struct is not None and path and path[-1].type == "selector_expression":
        used = path.pop()
        stores = struct.stores.get(site.text(used.child_by_field_name("field")))
        type_ = (stores[0].annotation if stores else None) or Type("")
        struct = site.struct(type_.name) if type_.is_value else None
    if used == site.node or not path:
        return False
    outer, kind = path[-1], type_.name
    is_called = outer.type == "call_expression" and outer.child_by_field_name("function") == used
    is_method = outer.type == "selector_expression" and len(path) > 1 and path[-2].type == "call_expression"
    if outer.type == "index_expression" and outer.child_by_field_name("operand") == used:
        above = next((node for node in reversed(path[:-1]) if node.type != "expression_list"), outer)
        left = above.child_by_field_name("left") if above.type == "assignment_statement" else None
        is_set = above.type in ("inc_statement", "dec_statement") or (left is not None and outer in left.named_children)
        return kind == "list" or (kind == "dict" and is_set)
    if site.is_interface(kind):
        return is_method
    if kind == "func" or not kind or type_.is_value:
        return is_called and kind == "func"
    return outer.type == "unary_expression" or (outer.type == "selector_expression" and not is_method)


def _guard(site: GoSite, name: str, ending: endings.Ending | None) -> Edits | None:
    statement = site.statement
    if statement is None or ending is None:
        return None
    if site.is_name and (check := _check_above(site, name)) is not None:
        return (lines_after(site.tree, check[1], list(ending.statements)),)
    lines = block(site.tree, f"if {name} == nil", ending.statements)
    if site.is_name:
        return (lines_above(site.tree, statement, lines),)
    return (lines_above(site.tree, statement, [f"{name} := {site.source}", *lines]), TextEdit(site.span, name))


def _with_import(edits: Edits | None, add: TextEdit | None) -> Edits | None:
    return edits if edits is None or add is None else (add, *edits)


def _import_errors(site: GoSite) -> TextEdit | None:
    """`errors` is imported beside what is there."""
    end = line_break(site.tree.text)
    for node in site.tree.root.named_children:
        if node.type == "import_declaration":
            grouped = next((child for child in node.named_children if child.type == "import_spec_list"), None)
            if grouped is not None and grouped.named_children:
                specs = [child for child in grouped.named_children if child.type == "import_spec"]
                after = next((each for each in specs if site.text(each) > '"errors"'), None)
                if after is None or "." in site.text(after):  # in another group than the standard library
                    after = specs[0] if specs else grouped.named_children[0]
                return lines_before(site.tree, after, ['"errors"'])
            at = site.tree.span(node).start
            return TextEdit(Span(at, at), f'import "errors"{end}')
        if node.type == "package_clause":
            at = site.tree.span(node).end
            found = TextEdit(Span(at, at), f'{end}{end}import "errors"')
            if not site.home.file.imports:
                return found
    return None


def _new_name(site: GoSite) -> str:
    """A name for a call's result that the file doesn't use yet, or "" for an expression that is no short call."""
    function = site.node.child_by_field_name("function") if site.node.type == "call_expression" else None
    if function is None or "\n" in site.source:
        return ""
    base = re.sub(
        r"^(?:get|find|lookup|load|new|make)(?=.)",
        "",
        site.text(function).rpartition(".")[2],
        flags=re.IGNORECASE,
    )
    base = base[:1].lower() + base[1:]
    for name in (base, "result", "found"):
        if name.isidentifier() and not re.search(rf"\b{name}\b", site.tree.text):
            return name
    return ""


_IGNORES = {"staticcheck": "//lint:ignore {code} {reason}", "": "//nolint:{tool} // {reason}"}


def _ignore(site: GoSite, tool: str) -> Option:
    """The checker's own comment, above the statement or at its end."""
    name, _, code = tool.partition(" ")
    reason = f"{in_comment(site.source, 'it')} is never nil here"
    text = _IGNORES.get(name, _IGNORES[""]).format(code=code, tool=name, reason=reason)

    def edits(_: Content) -> Edits | None:
        row = site.tree.text.rfind("\n", 0, site.span.start) + 1
        end = site.tree.text.find("\n", site.span.start)
        end = end if end >= 0 else len(site.tree.text)
        line = site.tree.text[row:end]
        if name == "staticcheck":
            indent = line[: len(line) - len(line.lstrip())]
            return (TextEdit(Span(row, row), indent + text + line_break(site.tree.text)),)
        at = row + len(line.rstrip())
        return (TextEdit(Span(at, at), f" {text}"),)

    title = f"Tell {name} that it is never nil here (nothing changes)"
    return Option(Strategy.IGNORE, title, 0, "where the checker is wrong", edits)
