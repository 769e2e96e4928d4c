"""Why nothing is marked at a place of prose: what is silenced there, who hasn't read it, or that nothing is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from breadknife.errors import ModelError
from breadknife.plugins.prose.checkers import ROLE, Checkers
from breadknife.plugins.prose.continuity import Told
from breadknife.plugins.prose.engines.lint import Asked, Lint
from breadknife.plugins.prose.project.workspace import Sentence
from breadknife.plugins.prose.settings import ProseSettings
from breadknife.plugins.prose.silenced import Silenced
from breadknife.plugins.prose.spoken import ENGLISH, languages
from breadknife.task.plugin import Context
from breadknife.task.reasons import silence
from breadknife.task.values import Silence, WhyRequest
from breadknife.text.document import Span
from breadknife.text.extract import LONGEST
from breadknife.text.extract.declared import declared_language
from breadknife.text.prose import ProseText
from breadknife.text.sentences import sentences

_NAMES = {"harper": "Harper", "languagetool": "LanguageTool", "vale": "Vale", "model": "the model"}
"""In the order in which they are named."""


def why(request: WhyRequest, told: Told, checkers: Checkers, silenced: Silenced, context: Context) -> Silence | None:
    """Return why nothing is marked at the place; None where it isn't in prose. `told` is of the document's text."""
    at, document = request.span, request.document
    before = len(document.text[: at.start].rstrip(" \t"))  # a paragraph ends before the blank behind its last word
    paragraph = next((each for each in told.paragraphs if each.start <= at.start and before <= each.end), None)
    if paragraph is None:
        return _unread(request, context)
    marked = [*(each.finding for each in told.flaws), *told.about]
    if (here := next((each for each in marked if each.span.touches(at)), None)) is not None:
        return silence("marked", message=here.message.rstrip("."))
    settings: ProseSettings = context.settings(ProseSettings)
    [tag] = languages([paragraph], declared_language(document) or settings.language)
    asked = Asked(paragraph.text, tag)
    tool = checkers.languagetool(context, whole=False) if settings.languagetool else None
    lints = [*checkers.harper.answer(asked), *((tool.result(asked) or ()) if tool is not None else ())]
    if (left_out := _silenced(request, paragraph, lints, silenced)) is not None:
        return left_out
    if tool is not None and tool.failure is not None:
        return silence("engine-of-prose-failed", engine="LanguageTool", error=tool.failure)
    if tag != ENGLISH and tool is None:
        return silence("only-languagetool" if settings.languagetool else "languagetool-off")
    if told.pending:
        return silence("still-reading", engines=_all(told.pending, "is still", "are still"))
    line, sentence = document.line_span(document.line_at(at.start)), _sentence(paragraph, at)
    beside = (each for each in marked if each.span.touches(line) and each.span.touches(sentence))
    if (near := next(beside, None)) is not None:
        return silence("marked", message=near.message.rstrip("."))
    if settings.languagetool and tool is None:
        return silence("no-languagetool")
    asked_all = ["harper", *(["languagetool"] if tool is not None else ())]
    if settings.model and tag == ENGLISH:
        if (problem := _no_model(checkers, context)) is not None:
            return silence("no-judge", engines=_all(asked_all, "finds", "find"), error=problem)
        asked_all.append("model")
    return silence("nothing-wrong", engines=_all(asked_all, "finds", "find"))


def _sentence(paragraph: ProseText, at: Span) -> Span:
    """Where the sentence at the place is: in many files, all of a paragraph is one line."""
    spans = [paragraph.source_span(each) for each in sentences(paragraph.text)]
    return next((each for each in reversed(spans) if each.start <= at.start), spans[0])


def _unread(request: WhyRequest, context: Context) -> Silence | None:
    """Why the place is in no paragraph that is checked."""
    from breadknife.text.extract import extract

    document, at = request.document, request.span.start
    longest = [each for each in extract(document, context.tree(document), context.cancel) if not each.segments]
    line = document.line_at(at)
    if any(document.line_at(each.start) <= line and at >= each.start for each in longest):
        return silence("long-paragraph", most=LONGEST)
    return silence("no-paragraph")


def _silenced(request: WhyRequest, paragraph: ProseText, lints: Iterable[Lint], silenced: Silenced) -> Silence | None:
    """What the user has said of a mistake that stands in the line."""
    document = request.document
    line = document.line_at(request.span.start)
    for lint in lints:
        span = paragraph.source_span(lint.span)
        if document.line_at(span.start) != line:
            continue
        sentence = Sentence.around(paragraph.text, lint.span).hash
        if (why := silenced.reason(lint.rule, span.start, sentence)) is not None:
            return why
    return None


def _no_model(checkers: Checkers, context: Context) -> str | None:
    """Why the model can't read the text; None where it can."""
    try:
        _ = context.model(ROLE).digest
    except ModelError as error:
        return str(error).partition("; ")[0]
    opinions = checkers.opinions(context)
    return opinions.failure.partition("; ")[0] if opinions is not None and opinions.failure else None


def _all(engines: Iterable[str], one: str, several: str) -> str:
    """Names with the verb that follows them: "Harper finds", "Harper and the model find"."""
    names = list(_named(engines))
    *others, last = names
    named = f"{', '.join(others)} and {last}" if others else last
    return f"{named[0].upper()}{named[1:]} {several if others else one}"


def _named(engines: Iterable[str]) -> Iterator[str]:
    found: Sequence[str] = [*engines]
    return (name for engine, name in _NAMES.items() if engine in found)
