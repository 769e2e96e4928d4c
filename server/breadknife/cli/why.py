"""`breadknife why`: why nothing is shown at a place, or what the running servers did last and what it cost."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from breadknife.cli.assemble import make_host, settings_for
from breadknife.cli.output import print_json, say
from breadknife.errors import DocumentError
from breadknife.host.host import Host
from breadknife.host.report.inspector import InspectorRequest, ask_servers
from breadknife.host.report.lines import folded
from breadknife.host.report.why import Explanation, explain_nothing
from breadknife.host.workspace import root_of
from breadknife.task.reasons import silence
from breadknife.task.values import CheckRequest
from breadknife.text.document import Document, Span, read_document, uri_to_path

_RECEIPTS_READ_PER_SHOWN = 20
"""Receipts that are read for each that is shown, because those of requests without a result are folded into one."""
_PLACE = re.compile(r"(?P<file>.+?):(?P<line>\d+)(?::(?P<column>\d+))?")


def run(place: str | None, *, as_json: bool, limit: int) -> int:
    """Explain `FILE:LINE` or `FILE:LINE:COLUMN`, counted from 1; or show the newest receipts, of a file or of all."""
    match = _PLACE.fullmatch(place) if place and not Path(place).exists() else None
    if match is not None:
        why = why_at(Path(match["file"]), int(match["line"]), int(match["column"] or 0))
        if as_json:
            print_json(why.fields)
        else:
            for line in why.lines:
                say(line)
        return 0
    return _receipts(Path(place) if place else None, as_json=as_json, limit=limit)


def why_at(file: Path, line: int, column: int = 0) -> Explanation:
    """Return why nothing is shown at a place of a file, as the file is on disk.

    Waits for engines that still read the text. Raises SettingsError.

    Args:
        line: the line's number, counted from 1.
        column: the column's number, counted from 1. 0 stands for the whole line: a finding anywhere in it counts, and
            if there is none, the end of the line's text is explained.
    """
    path = file.absolute()
    try:
        document = read_document(path)
    except DocumentError as error:
        return Explanation(
            "", silence("unreadable-file", error=str(error).removeprefix(f"{path}: ").partition("; ")[0])
        )
    if not 0 < line <= document.line_count:
        return Explanation("", silence("no-line", count=document.line_count))
    root = root_of(path, [Path.cwd()])
    with closing(make_host()) as host:
        host.settings = settings_for(host, offline=False, root=root)
        why = _explain(host, document, line, column, root)
        if why.silence.reason == "still-reading":
            # The first request waits for every checker. The second is one as editors send it: why an editor that asks
            # now shows nothing is what is explained.
            host.ask(CheckRequest(document, whole=True), root=root, plugin=why.expected)
            host.ask(CheckRequest(document), root=root, plugin=why.expected)
            why = _explain(host, document, line, column, root)
        return why


def _explain(host: Host, document: Document, line: int, column: int, root: Path) -> Explanation:
    """Return the explanation of `why_at` from one round of requests."""
    if not column:
        line_span = document.line_span(line - 1)
        for finding in host.ask(CheckRequest(document), root=root).findings:
            if finding.span.touches(line_span):
                return Explanation("", silence("marked", message=finding.message.rstrip(".")))
    return explain_nothing(host, document, _cursor_at(document, line, column), root)


def _cursor_at(document: Document, line: int, column: int) -> Span:
    """Return the empty span at a column of a line, both counted from 1, or for 0 at the end of the line's text."""
    line_span = document.line_span(line - 1)
    end_of_text = line_span.start + len(document.line_text(line - 1).rstrip())
    offset = min(line_span.start + column - 1, line_span.end) if column else end_of_text
    return Span(offset, offset)


def _receipts(file: Path | None, *, as_json: bool, limit: int) -> int:
    """Print the newest receipts of the running servers: those about a file, or all."""
    uri = file.absolute().as_uri() if file else None
    read_limit = limit if as_json else limit * _RECEIPTS_READ_PER_SHOWN
    answers = ask_servers(InspectorRequest("why", uri=uri, limit=read_limit))
    receipts = [{**receipt, "server": pid} for pid, server_receipts in answers for receipt in server_receipts]
    receipts.sort(key=lambda receipt: receipt["at"], reverse=True)
    if as_json:
        print_json(receipts[:limit])
    else:
        shown = (line for receipt, times in folded(receipts)[:limit] for line in lines_of(receipt, times))
        for line in [*shown] or [_nothing(file)]:
            say(line)
    return 0


def lines_of(receipt: Mapping[str, Any], times: int = 1) -> Iterator[str]:
    """Yield the lines that show a receipt: what became of the request, then indented whatever else is known of it.

    Args:
        times: the number of receipts that this one stands for (`folded`).
    """
    at = time.strftime("%H:%M:%S", time.localtime(receipt["at"]))
    path = uri_to_path(receipt["uri"])
    what = f"{receipt['request']} by {receipt['plugin']}" if receipt["plugin"] else receipt["request"]
    reason = f" ({receipt['reason']})" if receipt["reason"] else ""
    line = f":{receipt['line']}" if receipt.get("line") else ""
    where = f"  {path or receipt['uri']}{line}" if receipt["uri"] else ""
    if times > 1:
        where += f", and {times - 1} more before"
    yield f"{at}  {what}: {receipt['outcome']}{reason}, {receipt['milliseconds']:.0f} ms{where}"
    if receipt["sentence"]:
        yield f"          {receipt['sentence']}"
    if receipt["remedy"]:
        yield f"          → {receipt['remedy']}"
    if receipt["steps"]:
        yield "          steps: " + ", ".join(_step(step) for step in receipt["steps"])
    if receipt["rules"]:
        yield "          rules: " + ", ".join(receipt["rules"])
    if receipt["model"]:
        yield f"          {_model(receipt)}"
        yield f"          {_cost(receipt)}"
    if receipt["verdict"]:
        yield f"          verifier: {receipt['verdict']}"


def _step(step: Mapping[str, Any]) -> str:
    return f"{step['name']} {step['verdict']} ({step['milliseconds']:.1f} ms)"


def _model(receipt: Mapping[str, Any]) -> str:
    file = " ".join(filter(None, (receipt["quantisation"], receipt["sha256"] and f"sha256 {receipt['sha256']}…")))
    return f"model: {receipt['model']}" + (f" ({file})" if file else "")


def _cost(receipt: Mapping[str, Any]) -> str:
    trimmed = f", {receipt['trimmed_tokens']} left out" if receipt["trimmed_tokens"] else ""
    return (
        f"{receipt['prompt_tokens']} prompt tokens ({receipt['cached_tokens']} from the cache{trimmed}), "
        f"{receipt['output_tokens']} written; {receipt['queued_ms']:.0f} ms queued, "
        f"{receipt['computed_ms']:.0f} ms computed; {receipt['bytes_sent']} bytes left the machine"
    )


def _nothing(file: Path | None) -> str:
    about = f" about {file}" if file else ""
    return f"No running server has been asked anything{about}. Receipts live as long as the editor's server."
