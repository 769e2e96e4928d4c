"""What is special to Go: errors are values, and come with what may be nil."""

from __future__ import annotations

import re
from collections.abc import Iterator

from breadknife.plugins.nullcheck.repairs import repair
from breadknife.plugins.nullcheck.repairs.conditions import test_in_condition
from breadknife.plugins.nullcheck.repairs.go.site import GoSite, PairedAssignment
from breadknife.plugins.nullcheck.repairs.layout import lines_after, on_own_line
from breadknife.plugins.nullcheck.repairs.leaving import guarded, leave_round, may_be_guarded, returning, skip
from breadknife.plugins.nullcheck.repairs.repair import Edits, RepairProposal, RepairRule
from breadknife.plugins.nullcheck.repairs.testing import fail_test, test_value
from breadknife.plugins.nullcheck.repairs.words import words_for
from breadknife.plugins.nullcheck.values import MessageContent, Strategy, Use
from breadknife.text.document import TextEdit

_WRAPPED = re.compile(r'fmt\.Errorf\("[^"]*%w"')


def check_error(site: GoSite) -> Iterator[RepairProposal]:
    """Propose to look at the error, or the `ok`, that came with a value, before the value is used."""
    given = site.given
    if given is None or site.use is Use.ASSIGN or not on_own_line(site.tree, given.statement):
        return
    name = site.text(given.tells)
    if name == "_":
        yield from _named(site, given)
        return
    is_error, test = "err" in name.lower(), f"{name} != nil" if "err" in name.lower() else f"!{name}"
    if not is_error and given.value.type != "index_expression":
        return
    later = next((node for node in site.siblings if node.start_byte > site.node.start_byte
                  and site.text(node).startswith(f"if {test} {{")), None)  # fmt: skip
    if is_error and later is None and not _is_asked_for(site, given, name):
        yield from _checked(site, given, name, test, f"`{name}` is never looked at before the use", ())


def _named(site: GoSite, given: PairedAssignment) -> Iterator[RepairProposal]:
    """Propose a check where `x, _ := f()`: what is ignored gets a name and is looked at."""
    name, test = ("err", "err != nil") if given.value.type == "call_expression" else ("ok", "!ok")
    is_declared = given.statement.type == "short_var_declaration"
    if is_declared or re.search(rf"\b{name}\b(?: error|,? :?=)", site.text(site.function)):
        naming = (TextEdit(site.tree.span(given.tells), name),)
        yield from _checked(site, given, name, test, "it is ignored", naming)


def _checked(
    site: GoSite, given: PairedAssignment, name: str, test: str, evidence: str, naming: Edits
) -> Iterator[RepairProposal]:
    called = site.text(given.value.child_by_field_name("function")).rpartition(".")[2]
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", called).lower()
    is_wrapped = name != "ok" and site.gives_error and _WRAPPED.search(site.text(site.function)) is not None

    def left(said: MessageContent) -> Edits | None:
        lines = _after_error(site, name, said.message if is_wrapped else "")
        if lines is None:
            return None
        block = [f"if {test} {{", *(f"\t{line}" for line in lines), "}"]
        return (*naming, lines_after(site.tree, given.statement, block))

    lines = _after_error(site, name, "")
    if lines is None:
        return
    what = "the error" if naming and name != "ok" else f"`{name}`"
    title = f"Check {what} (`{lines[-1]}` if it fails)"
    yield RepairProposal(
        Strategy.CHECK_ERROR, title, evidence, left, MessageContent("error", words) if is_wrapped else None
    )


def _after_error(site: GoSite, name: str, message: str) -> tuple[str, ...] | None:
    """Return how the function is left when a call in it gave an error, or there is no `ok`."""
    head = site.text(site.function).partition("{")[0]
    if name == "ok":
        if not site.gives_error:
            return (f"return {', '.join(site.zeros(site.results))}".rstrip(),)
        made = _made_error(site, "not found")
        return _returned(site, made) if made else None
    if site.gives_error:
        return _returned(site, f'fmt.Errorf("{message}: %w", {name})' if message else name)
    if test := test_value(site):
        return (f"{test}.Fatal({name})",)
    if site.results or "log" not in site.home.file.imports:
        return None  # nobody would hear of it
    is_main = re.match(r"func (?:main|init)\(", head) is not None
    return (f"log.Fatal({name})",) if is_main else (f"log.Println({name})", "return")


def _returned(site: GoSite, error: str) -> tuple[str, ...]:
    return (f"return {', '.join([*site.zeros(site.results[:-1]), error])}",)


def _is_asked_for(site: GoSite, given: PairedAssignment, name: str) -> bool:
    """Tell whether a condition between, or around the place, asks for the error: a check above it would take its
    part."""
    between = site.tree.text[site.tree.span(given.statement).end : site.span.start]
    return re.search(rf"\b(?:if|switch|for|case)\b[^\n{{]*\b{re.escape(name)}\b", between) is not None


def return_error(site: GoSite) -> Iterator[RepairProposal]:
    """Propose to return an error that says that there is no value. An error at hand isn't dropped for another one."""
    if not may_be_guarded(site) or not site.gives_error:
        return
    if site.error:
        if re.search(site.grammar.writing.throws, site.text(site.handler)):
            yield returning(site, _returned(site, site.error)[0].removeprefix("return "), repair.AT_HAND)
        return
    if _made_error(site, ""):
        yield RepairProposal(
            Strategy.RAISE, f"Return an error if {site.said} is nil", "the function returns an error",
            lambda said: guarded(site, *_returned(site, _made_error(site, said.message))),
            MessageContent("error", words_for(site)),
        )  # fmt: skip


def _made_error(site: GoSite, message: str) -> str:
    """Return a new error, by what the file imports."""
    made = {"errors": f'errors.New("{message}")', "fmt": f'fmt.Errorf("{message}")'}
    return next((written for package, written in made.items() if package in site.home.file.imports), "")


def return_zeros(site: GoSite) -> Iterator[RepairProposal]:
    """Propose to leave the function without saying why."""
    if not may_be_guarded(site) or site.gives_error:
        return
    evidence = repair.IN_LOOP if site.round is not None else repair.OTHERWISE if site.results else repair.NO_RESULT
    yield returning(site, ", ".join(site.zeros(site.results)), evidence)


REPAIRS: tuple[RepairRule[GoSite], ...] = (
    fail_test, check_error, return_error, return_zeros, leave_round, skip, test_in_condition,
)  # fmt: skip
