"""How a Go function may be left: its zero values, its own way to pass an error on."""

from __future__ import annotations

import re
from dataclasses import dataclass

from breadknife.plugins.nullcheck.repairs.go.site import GoSite
from breadknife.text.syntax import Node, nodes_in

_NUMBER = re.compile(r"u?int(?:8|16|32|64|ptr)?|float(?:32|64)|byte|rune|complex(?:64|128)|(?:time\.)?Duration")
_NILABLE = ("*", "[]", "map[", "chan ", "<-chan", "func(", "interface{", "any", "error", "io.", "context.Context")
_PLAIN = re.compile(r'nil|""|0|false|[\w.]+\{\}')
_WRAPPED = re.compile(r'fmt\.Errorf\("[^"]*%w"')


@dataclass(frozen=True)
class Ending:
    statements: tuple[str, ...]
    """The lines that leave."""
    says: str
    """For people: "return `nil, err`"."""


def zero(site: GoSite, kind: str, seen: str = "") -> str:
    """The zero value of a type; `seen` is what the function itself gives back there when it fails."""
    if kind.startswith(_NILABLE) or site.is_interface(kind):
        return "nil"
    if _NUMBER.fullmatch(kind):
        return "0"
    if kind in ("string", "bool"):
        return '""' if kind == "string" else "false"
    if site.struct(kind) is not None:
        return f"{kind}{{}}"
    return seen if _PLAIN.fullmatch(seen) else f"*new({kind})"


def zeros(site: GoSite, but_last: bool = False) -> list[str]:
    results = site.results[:-1] if but_last else site.results
    body = site.function.child_by_field_name("body") if site.function is not None else None
    seen = [""] * len(results)
    for node in _returns_in(body) if body is not None else ():
        values = node.named_children[0].named_children if node.named_children else []
        if len(values) == len(site.results) and (not but_last or values[-1].type != "nil"):
            for at in range(len(results)):
                seen[at] = seen[at] or site.text(values[at])
    return [zero(site, kind, seen[at]) for at, kind in enumerate(results)]


def with_error(site: GoSite, error: str) -> Ending | None:
    """The function is left with this error; None where it gives none back."""
    if not site.results or site.results[-1] != "error":
        return None
    given = ", ".join([*zeros(site, but_last=True), error])
    return Ending((f"return {given}",), f"return `{given}`")


def wraps(site: GoSite) -> bool:
    """Whether the function says more of an error that it passes on."""
    source = site.text(site.function) if site.function is not None else ""
    return len(_WRAPPED.findall(source)) > source.count(", err\n") and "fmt" in site.home.file.imports


def after_error(site: GoSite, error: str, message: str) -> Ending:
    """How the function is left when a call in it gave an error."""
    passed = with_error(site, f'fmt.Errorf("{message}: %w", {error})' if message else error)
    if passed is not None:
        return passed
    source = site.text(site.function) if site.function is not None else ""
    test = re.search(r"\b(\w+) \*testing\.[TB]\b|\b(\w+) testing\.TB\b", source.partition("{")[0])
    if test:
        call = f"{test[1] or test[2]}.Fatal({error})"
        return Ending((call,), f"`{call}`")
    name = site.function.child_by_field_name("name") if site.function is not None else None
    if name is not None and site.text(name) in ("main", "init") and "log" in site.home.file.imports:
        return Ending((f"log.Fatal({error})",), f"`log.Fatal({error})`")
    if not site.results and "http.Error(w, " in source:
        call = f"http.Error(w, {error}.Error(), http.StatusInternalServerError)"
        return Ending((call, "return"), "answer with status 500")
    if not site.results and "log" in site.home.file.imports:
        return Ending((f"log.Println({error})", "return"), "log it and return")
    return Ending((f"panic({error})",), "panic")


def early(site: GoSite) -> Ending | None:
    """The function is left without saying why; None where it could say so by an error."""
    if site.function is None or (site.results and site.results[-1] == "error"):
        return None
    given = ", ".join(zeros(site))
    return Ending((f"return {given}".rstrip(),), f"return `{given}`" if given else "return")


def _returns_in(body: Node) -> list[Node]:
    """The `return`s of a function, without those of functions in it."""
    return [node for node in nodes_in(body, frozenset({"func_literal"})) if node.type == "return_statement"]
