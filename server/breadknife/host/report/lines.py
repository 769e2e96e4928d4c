"""Status and receipts as lines of text, the same in all editors. The input is the JSON that servers send."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_IN_VAIN = "no-opinion"
"""The reason in a receipt of a plugin that had nothing to say."""
_FAILURES = 3
"""How many of the newest failures of each kind are listed."""

Values = Mapping[str, Any]


def status_lines(report: Values) -> list[str]:
    """Return the lines for what `host.status` returns."""
    return [" ".join(line.split("\n")) for line in _status(report)]


def _status(report: Values) -> Iterator[str]:
    yield f"breadknife {report['version']}" + (", offline" if report["offline"] else "")
    if report["engine"] is None:
        yield f"engine   {no_engine(report)}"
    else:
        yield from _engine(report["engine"])
    yield from (remote["sentence"] for remote in report["remotes"])
    for model in report["models"]:
        where = "of another engine" if ":" in model["name"] else "not on this machine"
        yield f"model    {model['name']} ({', '.join(model['roles'])}): {model['path'] or where}"
    plugins = (plugin["name"] + ("" if plugin["enabled"] else " (off)") for plugin in report["plugins"])
    yield f"plugins  {', '.join(plugins)}"
    for uri in report.get("reading", ()):
        yield f"reading  {uri.rpartition('/')[2]}: more findings are to come"
    yield from report["problems"]
    for receipt in report["failures"][:_FAILURES]:
        failure = f"{receipt['request']} by {receipt['plugin']}: {receipt['sentence']}"
        yield f"failed   {moment(receipt['at'])} {failure}"


def no_engine(report: Values) -> str:
    """Return why no engine runs."""
    if not report["engine_installed"]:
        return "not installed; `breadknife setup` installs it"
    return report["engine_problem"] or "not running; whoever needs it first starts it"


def _engine(engine: Values) -> Iterator[str]:
    memory = f"{engine['resident_bytes'] / 1e6:.0f} MB in memory"
    yield f"engine   process {engine['pid']}, up {duration(engine['uptime'])}, {memory}"
    clients = (f"{client['name']} ({client['pid']})" for client in engine["clients"])
    yield f"clients  {', '.join(clients) or 'none'}"
    for model in engine["models"]:
        reads = f"{model['kind']}, {model['prompt_tokens']} tokens read"
        held = f"{model['cached_tokens']} of {model['cells']} tokens held" if model["cells"] else reads
        held += f", computed by {model['device']}" if model.get("device") else ""  # an older engine doesn't say
        yield f"loaded   {model['name']}: {model['bytes'] / 1e6:.0f} MB, idle {duration(model['idle'])}, {held}"
    for name in engine["set_aside"]:
        yield f"{name} is set aside: the engine died over it; `breadknife models allow {name}`"
    for failure in engine["failures"][:_FAILURES]:
        yield f"failed   {moment(failure['at'])} {failure['what']}: {failure['message']}"


def folded(receipts: Iterable[Values]) -> list[tuple[Values, int]]:
    """Return receipts, each with how many it stands for. They come and go newest first.

    Editors ask at each move of the cursor, mostly without a result: of such receipts in a row for one kind of request,
    plugin and file, only the newest is left.
    """
    folded_receipts = list[tuple[Values, int]]()
    vain_indices = dict[tuple[str, str, str], int]()
    for receipt in receipts:
        key, is_vain = (receipt["request"], receipt["plugin"], receipt["uri"]), receipt["reason"] == _IN_VAIN
        if is_vain and key in vain_indices:
            newest, times = folded_receipts[vain_indices[key]]
            folded_receipts[vain_indices[key]] = newest, times + 1
            continue
        vain_indices.pop(key, None)
        if is_vain:
            vain_indices[key] = len(folded_receipts)
        folded_receipts.append((receipt, 1))
    return folded_receipts


def receipt_lines(receipt: Values, times: int = 1) -> list[str]:
    """Return a line with the outcome of a request; the sentence, the remedy and the model indented below it."""
    line = f" at line {receipt['line']}" if receipt["line"] else ""
    reason = f" ({receipt['reason'].replace('-', ' ')})" if receipt["reason"] else ""
    more = f", and {times - 1} more before" if times > 1 else ""
    what = f"{receipt['request']}{line}, by {receipt['plugin'] or 'nobody'}"
    first = f"{what}: {receipt['outcome']}{reason}, {receipt['milliseconds']:.0f} ms{more}"
    remedy = receipt["remedy"] and f"→ {receipt['remedy']}"
    refused = (f"left as it is: {why}" for why in receipt.get("refused", ()))
    texts = (" ".join(text.split("\n")) for text in (receipt["sentence"], remedy, *refused, receipt["model"]) if text)
    return [first, *(f"    {text}" for text in texts)]


def duration(seconds: float) -> str:
    """Return a duration in the two units that matter, such as `2 h 5 min`."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"


def moment(at: float) -> str:
    """Return the time, with the date if it isn't today."""
    when = time.localtime(at)
    is_today = when[:3] == time.localtime()[:3]
    return time.strftime("%H:%M:%S" if is_today else "%Y-%m-%d %H:%M:%S", when)
