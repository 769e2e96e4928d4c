"""`breadknife why`: what the running servers did last, what it cost, and why nothing came."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from breadknife.cli.output import print_json, say
from breadknife.host.report.inspector import Question, ask_servers
from breadknife.host.report.lines import folded
from breadknife.text.document import uri_to_path

_READ = 20
"""So many receipts are read for one that is shown, since those in vain are folded."""


def run(file: Path | None, *, as_json: bool, limit: int) -> int:
    uri = file.absolute().as_uri() if file else None
    answers = ask_servers(Question("why", uri=uri, limit=limit if as_json else limit * _READ))
    receipts = [{**receipt, "server": pid} for pid, found in answers for receipt in found]
    receipts.sort(key=lambda receipt: receipt["at"], reverse=True)
    if as_json:
        print_json(receipts[:limit])
    else:
        shown = (line for receipt, times in folded(receipts)[:limit] for line in lines_of(receipt, times))
        for line in [*shown] or [_nothing(file)]:
            say(line)
    return 0


def lines_of(receipt: Mapping[str, Any], times: int = 1) -> Iterator[str]:
    """Yield a receipt for people: one line of what became of it, then what there is to say, indented."""
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
    asked = f" about {file}" if file else ""
    return f"No running server has been asked anything{asked}. Receipts live as long as the editor's server."
