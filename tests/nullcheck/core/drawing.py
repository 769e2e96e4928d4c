"""The intermediate language and graphs as text, for tests."""

from __future__ import annotations

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.analysis import FileAnalysis
from breadknife.plugins.nullcheck.core.flow.build import build
from breadknife.plugins.nullcheck.core.flow.cfg import Action, Graph
from breadknife.plugins.nullcheck.languages.python.outline import home_of
from breadknife.text.syntax import parse
from nullcheck.core.alike import told_alike


def home(text: str) -> FileAnalysis:
    tree = parse(text, "python")
    assert tree is not None
    return home_of(tree)


def graph(text: str) -> Graph:
    """Of the file's last function, or of the file if it has none."""
    file = home(text)
    function = file.file.functions[-1] if file.file.functions else file.file.main
    return build(function.body, file.knowledge.errors)


def drawn(graph: Graph) -> list[str]:
    """A line for each node, with where it leads. What only joins or passes on is left out if one way leads through."""
    lines = list[str]()
    for node in graph.nodes:
        where = [f"{_when(edge.when)}{edge.target.index}" for edge in node.edges]
        where += [f"raises {catch.index}" for catch in node.catches]
        said = f" {told(node.action)}".rstrip() if node.action is not None else ""
        lines.append(f"{node.index} {node.kind}{said} -> {', '.join(where) or 'end'}")
    return lines


def _when(outcome: bool | None) -> str:
    return "" if outcome is None else "yes " if outcome else "no "


def told(action: Action | il.Statement | il.Block) -> str:
    """An action, an expression or statements in few words."""
    match action:
        case il.If(test=test, then=then, otherwise=otherwise):
            rest = f" else {{{told_all(otherwise)}}}" if otherwise else ""
            return f"if {told(test)} {{{told_all(then)}}}{rest}"
        case il.Loop(test=None, target=il.Name() | il.Display() as target, iterable=iterable, body=body):
            assert iterable is not None
            return f"for {told(target)} in {told(iterable)} {{{told_all(body)}}}"
        case il.Loop(test=test, body=body) if test is not None:
            return f"while {told(test)} {{{told_all(body)}}}"
        case il.Try(body=body, handlers=handlers, finally_=final):
            said = [f"catch {'|'.join(each.catches)} {{{told_all(each.body)}}}" for each in handlers]
            return " ".join(
                [f"try {{{told_all(body)}}}", *said, *([f"finally {{{told_all(final)}}}"] if final else [])]
            )
        case il.Switch(cases=cases):
            tests = (told(each.test) if each.test is not None else "default" for each in cases)
            said = [f"{test}: {told_all(each.body)}" for test, each in zip(tests, cases, strict=True)]
            return f"switch {{{'; '.join(said)}}}"
        case il.NamedDefinition(name=name):
            return f"define {name.partition('@')[0]}"
        case il.Invocation(callee=callee, arguments=arguments):
            given = (f"{each.name}=" * bool(each.name) + told(each.value) for each in arguments)
            return f"{told(callee)}({', '.join(given)})"
        case il.Comprehension(type=type_, results=results):
            return f"{type_} of {', '.join(map(told, results))}"
        case _:
            return told_alike(action, told)


def told_all(block: il.Block) -> str:
    return "; ".join(map(told, block))
