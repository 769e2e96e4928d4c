"""JavaScript and TypeScript, as the null check is asked about them."""

from __future__ import annotations

from breadknife.plugins.nullcheck.languages.ecmascript.file import EcmaScript, EcmaScriptFile
from breadknife.plugins.nullcheck.values import RepairOffer
from breadknife.task.values import Finding
from breadknife.text.document import Document, apply_edits
from breadknife.text.syntax import parse
from support import marked_spans

POSSIBLY = "Object is possibly 'undefined'."


def opened(text: str, language: str = "typescript", uri: str = "file:///project/src/a.ts") -> EcmaScriptFile:
    tree = parse(text, language)
    assert tree is not None
    return EcmaScript().open(Document(uri, language, text), tree, None)


def offered(
    text: str, language: str = "typescript", at: int = 0, uri: str = "file:///project/src/a.ts"
) -> list[RepairOffer]:
    """The offers for the file's finding number `at`."""
    file = opened(text, language, uri)
    finding = file.findings()[at]
    place = file.place(finding)
    assert place is not None
    return list(file.offers(place, (finding,)))


def results(text: str, language: str = "typescript") -> dict[str, str]:
    return {offer.strategy.value: apply_edits(text, offer.edits) for offer in offered(text, language)}


def told_offers(marked: str, language: str = "typescript", message: str = POSSIBLY) -> tuple[str, list[RepairOffer]]:
    """The text, and the offers for what tsc says of the marked place."""
    text, [span] = marked_spans(marked)
    file = opened(text, language)
    code = "2345" if message.startswith("Argument") else "2322" if "assignable" in message else "2532"
    finding = Finding(span, "ts", code, message)
    place = file.place(finding)
    assert place is not None
    return text, list(file.offers(place, (finding,)))


def told(marked: str, language: str = "typescript", message: str = POSSIBLY) -> dict[str, str]:
    text, offers = told_offers(marked, language, message)
    return {offer.strategy.value: apply_edits(text, offer.edits) for offer in offers}
