"""Who is measured: Harper and LanguageTool as they come, both together, and breadknife without and with its model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import harper
from corpus import paragraphs

from breadknife.cli.assemble import make_host
from breadknife.host.host import Host
from breadknife.plugins.prose.engines.harper import HarperEngine
from breadknife.plugins.prose.engines.languagetool import LanguageToolEngine
from breadknife.plugins.prose.engines.lint import Lint, ProseEngine
from breadknife.plugins.prose.settings import ProseSettings
from breadknife.task.values import CheckRequest, Severity
from breadknife.text.document import Document, Span
from breadknife.text.prose import ProseText

DIALECT = "en-US"


@dataclass(frozen=True)
class Flag:
    """What the reader of a document sees, in positions of the document."""

    span: Span
    by: str
    fix: tuple[Span, str] | None
    """The first one that is offered."""


@dataclass(frozen=True)
class System:
    name: str
    flags: Callable[[str, str], list[Flag]]
    """Of a text in a language."""
    close: Callable[[], None]


def systems(only: Sequence[str] | None = None) -> list[System]:
    """All of them, or those of these names."""
    # What is asked for is never dropped as noise, so this is Harper as its own editors show it.
    raw_harper, tool = HarperEngine(DIALECT, default_rules_of_harper()), LanguageToolEngine(DIALECT)
    makers: dict[str, Callable[[str], System]] = {
        "Harper": lambda name: _raw(name, raw_harper),
        "LanguageTool": lambda name: _raw(name, tool),
        "both united": lambda name: _raw(name, raw_harper, tool),
        "breadknife's rules": lambda name: _ours(name, ProseSettings(languagetool=False, model=False)),
        "breadknife without a model": lambda name: _ours(name, ProseSettings(model=False)),
        "breadknife": lambda name: _ours(name, ProseSettings()),
    }
    return [make(name) for name, make in makers.items() if only is None or name in only]


def default_rules_of_harper() -> frozenset[str]:
    """Return the rules that are on where nobody has set anything."""
    return frozenset(rule for rule, is_on in harper.get_default_lint_config().items() if is_on)


def _raw(name: str, *engines: ProseEngine) -> System:
    def flags(text: str, language: str) -> list[Flag]:
        found: list[Flag] = []
        for paragraph in paragraphs(text, language):
            lints = [lint for engine in engines for lint in engine.check(paragraph.text)]
            found += (_flag(paragraph, lint) for lint in _apart(lints))
        return found

    def close() -> None:
        for engine in engines:
            engine.close()

    return System(name, flags, close)


def _apart(lints: Iterable[Lint]) -> list[Lint]:
    kept: list[Lint] = []
    for lint in lints:
        if not any(lint.span.touches(other.span) and lint.engine != other.engine for other in kept):
            kept.append(lint)
    return kept


def _flag(paragraph: ProseText, lint: Lint) -> Flag:
    edit = paragraph.edit(lint.span, lint.replacements[0]) if lint.replacements else None
    fix = (edit.span, edit.new_text) if edit else None
    return Flag(paragraph.source_span(lint.span), f"{lint.engine}/{lint.rule}", fix)


def _ours(name: str, settings: ProseSettings) -> System:
    host = make_host()
    host.settings = replace(host.settings, plugins={"prose": settings})
    host.on_notice = print

    def flags(text: str, language: str) -> list[Flag]:
        return checked(host, text, language)

    return System(name, flags, host.close)


def checked(host: Host, text: str, language: str) -> list[Flag]:
    reply = host.ask(CheckRequest(Document("file:///bench", language, text, 1), whole=True), plugin="prose")
    for failure in reply.failures:
        print(failure.sentence)
    found: list[Flag] = []
    for finding in reply.findings:
        if finding.severity is not Severity.HINT:
            edit = finding.fixes[0].edits[0] if finding.fixes else None
            fix = (edit.span, edit.new_text) if edit else None
            found.append(Flag(finding.span, f"{finding.source}/{finding.code}", fix))
    return found
