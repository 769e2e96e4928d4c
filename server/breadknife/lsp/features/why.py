"""*Why nothing here?* (`breadknife.whyHere`): why there is no suggestion, finding or fix at a place, and what helps."""

from __future__ import annotations

from typing import Any, cast

from breadknife.host.report.why import Explanation, explain_nothing
from breadknife.lsp.convert import as_position, to_offset
from breadknife.lsp.server import WHY_HERE_COMMAND, BreadknifeServer
from breadknife.task.reasons import silence
from breadknife.text.document import Document, Span


def register(server: BreadknifeServer) -> None:
    @server.handles(WHY_HERE_COMMAND)
    async def why_here(uri: object = None, range: object = None, *_: Any) -> dict[str, Any]:
        """Arguments: a document's URI and the range that is selected.

        Without them the place is the one that the editor asked about last, and the answer is also shown as a message:
        for clients that can't pass arguments and don't show results.
        """
        await server.ready.wait()
        has_no_arguments = uri is None
        last_uri, last_span = server.looked_at or ("", Span(0, 0))
        document = server.documents.get(last_uri if has_no_arguments else str(uri))
        if document is None:
            why = Explanation("", silence("no-file"))
        else:
            span = last_span if has_no_arguments else _span(document, range, server.documents.encoding)
            span = Span(min(span.start, len(document.text)), min(span.end, len(document.text)))
            root = server.root_of(document.uri)
            why = await server.in_worker(lambda: explain_nothing(server.host, document, span, root), server.lanes.menus)
        if has_no_arguments:
            server.show(" ".join(why.lines))
        return {**why.fields, "lines": list(why.lines)}


def _span(document: Document, range: object, encoding: str) -> Span:
    """Return the span of an LSP range that came as JSON; the document's start if it isn't one."""
    fields = cast("dict[str, object]", range) if isinstance(range, dict) else {}
    start, end = as_position(fields.get("start")), as_position(fields.get("end"))
    if start is None:
        return Span(0, 0)
    at = to_offset(document, start, encoding)
    return Span(at, max(at, to_offset(document, end, encoding)) if end is not None else at)
