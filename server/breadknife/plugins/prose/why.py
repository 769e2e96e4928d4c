"""Why nothing is marked at a place of prose: what is silenced there, who hasn't read it, or that nothing is wrong."""

from __future__ import annotations

from collections.abc import Container

from breadknife.errors import ModelError
from breadknife.plugins.prose.engine_set import ROLE, EngineSet
from breadknife.plugins.prose.engines.lint import LintRequest
from breadknife.plugins.prose.language import UNKNOWN
from breadknife.plugins.prose.results import DocumentFindings
from breadknife.plugins.prose.settings import ProseSettings
from breadknife.plugins.prose.suppressions import Suppressions
from breadknife.task.plugin import Context
from breadknife.task.reasons import silence
from breadknife.task.values import Silence, WhyRequest
from breadknife.text.document import Span
from breadknife.text.extract import LONGEST, extract
from breadknife.text.prose import ProseText
from breadknife.text.sentences import sentences

_NAMES = {"harper": "Harper", "languagetool": "LanguageTool", "vale": "Vale", "model": "the model"}
"""In the order in which they are named."""


def explain(
    request: WhyRequest, result: DocumentFindings, engines: EngineSet, suppressions: Suppressions, context: Context
) -> Silence:
    """Return why nothing is marked at the request's span. `result` is of the request's text."""
    at, document = request.span, request.document
    word_end = len(document.text[: at.start].rstrip(" \t"))  # a paragraph ends before the blank behind its last word
    around = (each for each in result.paragraphs if each.start <= at.start and word_end <= each.end)
    paragraph = next(around, None)
    if paragraph is None:
        return _explain_unread(request, context)
    marked = [*(each.finding for each in result.in_prose), *result.about_document]
    if (there := next((finding for finding in marked if finding.span.touches(at)), None)) is not None:
        return silence("marked", message=there.message.rstrip("."))
    settings: ProseSettings = context.settings(ProseSettings)
    tag = result.language.of_paragraph(paragraph, settings.dialect)
    lint_request, is_english = LintRequest(paragraph.text, tag), tag == settings.dialect  # the user's English
    tool = engines.languagetool(context, whole=False) if settings.languagetool else None
    lints = [*engines.harper.answer(lint_request), *((tool.result(lint_request) or ()) if tool is not None else ())]
    line = document.line_at(at.start)
    for lint in lints:
        if document.line_at(paragraph.source_span(lint.span).start) != line:
            continue
        if (reason := suppressions.lint_reason(paragraph, lint)) is not None:
            return reason
    if tool is not None and tool.failure is not None:
        return silence("engine-of-prose-failed", engine="LanguageTool", error=tool.failure)
    if tag == UNKNOWN:
        return silence("unknown-language")
    if not is_english and tool is None:
        return silence("only-languagetool" if settings.languagetool else "languagetool-off")
    if result.pending:
        return silence("still-reading", engines_are_still=_name_engines(result.pending, "is still", "are still"))
    line_span, sentence = document.line_span(line), _sentence_at(paragraph, at)
    # A finding beside the cursor explains less than a cause of this place, so it comes after those.
    beside = (finding for finding in marked if finding.span.touches(line_span) and finding.span.touches(sentence))
    if (near := next(beside, None)) is not None:
        return silence("marked", message=near.message.rstrip("."))
    if settings.languagetool and tool is None:
        return silence("no-languagetool")
    asked = ["harper", *(["languagetool"] if tool is not None else ())]
    if settings.model and is_english:
        if (problem := _model_problem(engines, context)) is not None:
            return silence("no-judge", engines_find=_name_engines(asked, "finds", "find"), error=problem)
        asked.append("model")
    return silence("nothing-wrong", engines_find=_name_engines(asked, "finds", "find"))


def _sentence_at(paragraph: ProseText, at: Span) -> Span:
    """Return where the sentence is: in many files, all of a paragraph is one line."""
    spans = [paragraph.source_span(sentence) for sentence in sentences(paragraph.text)]
    return next((span for span in reversed(spans) if span.start <= at.start), spans[0])


def _explain_unread(request: WhyRequest, context: Context) -> Silence:
    """Return why the span is in no paragraph that is checked: one that is too long comes without segments."""
    document, line = request.document, request.document.line_at(request.span.start)
    for paragraph in extract(document, context.tree(document), context.cancel):
        first = document.line_at(paragraph.start)
        if not paragraph.segments and first <= line <= first + paragraph.text.count("\n"):
            return silence("long-paragraph", most=LONGEST)
    return silence("no-paragraph")


def _model_problem(engines: EngineSet, context: Context) -> str | None:
    """Return why the model can't read the text; None where it can."""
    try:
        _ = context.model(ROLE).digest
    except ModelError as error:
        return str(error).partition("; ")[0]
    reviewer = engines.english.reviewer(context)
    failure = reviewer.health.failure if reviewer is not None else None
    return failure.partition("; ")[0] if failure else None


def _name_engines(engines: Container[str], verb: str, plural_verb: str) -> str:
    """Return names with the verb that follows them: "Harper finds", "Harper and the model find"."""
    *others, last = (name for engine, name in _NAMES.items() if engine in engines)
    names = f"{', '.join(others)} and {last}" if others else last
    return f"{names[0].upper()}{names[1:]} {plural_verb if others else verb}"
