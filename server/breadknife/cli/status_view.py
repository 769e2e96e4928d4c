"""What `breadknife status` looks like on a terminal."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from breadknife.host.report.lines import duration, moment, no_engine

Values = Mapping[str, Any]
"""An object of the JSON that `host.report.status` makes."""
_MINUTES_A_DAY = 24 * 60


def view(report: Values) -> RenderableType:
    """Return the report of `host.report.status` as rich prints it. Its strings must be escaped already."""
    parts: list[RenderableType] = [Text.from_markup(f"[bold]breadknife {report['version']}[/bold]")]
    engine = report["engine"]
    if engine is None:
        problem = report["engine_problem"]
        parts.append(Text(f"engine   {no_engine(report)}", "red" if problem else ""))
    else:
        parts += _engine(engine)
    parts += [Text(remote["sentence"], "bold red") for remote in report["remotes"]]
    parts.append(_model_files(report["models"]))
    off = " [dim](off)[/dim]"
    plugins = (plugin["name"] + ("" if plugin["enabled"] else off) for plugin in report["plugins"])
    parts.append(Text.from_markup("plugins  " + ", ".join(plugins)))
    parts += [Text(problem, "red") for problem in report["problems"]]
    return Group(*parts)


def _engine(engine: Values) -> list[RenderableType]:
    memory = engine["resident_bytes"] / 1e6
    parts: list[RenderableType] = [
        Text(f"engine   process {engine['pid']}, up {duration(engine['uptime'])}, {memory:,.0f} MB in memory")
    ]
    clients = (f"{escape(client['name'])} ({client['pid']})" for client in engine["clients"])
    parts.append(Text.from_markup("clients  " + (", ".join(clients) or "none")))
    parts.append(_lanes(engine["lanes"]))
    parts += [_loaded_model(model) for model in engine["models"]]
    for name in engine["set_aside"]:
        remedy = f"{name} is set aside: the engine died over it three times; `breadknife models allow {name}`"
        parts.append(Text(remedy, "red"))
    for failure in engine["failures"][:3]:
        parts.append(Text(f"failed   {_ago(failure['at'])}, {failure['what']}: {failure['message']}", "yellow"))
    return parts


def _ago(at: float) -> str:
    """Return how long ago the time `at` (in seconds since 1970) was; after a day, the date and time instead.

    The age of a failure says sooner than its time that all may be well by now.
    """
    minutes, seconds = divmod(int(max(0, time.time() - at)), 60)
    if minutes >= _MINUTES_A_DAY:
        return moment(at)
    return f"{minutes // 60} h ago" if minutes >= 60 else f"{minutes} min ago" if minutes else f"{seconds} s ago"


def _lanes(lanes: Sequence[Values]) -> Table:
    table = _table("lane", "waiting", "running", "finished")
    for lane in lanes:
        table.add_row(lane["name"], *(str(lane[key]) for key in ("waiting", "running", "finished")))
    return table


def _loaded_model(model: Values) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(min_width=18)
    computed = f", computed by {model['device']}" if model.get("device") else ""  # an older engine doesn't say
    about = f"{model['bytes'] / 1e6:,.0f} MB, idle {duration(model['idle'])}{computed}"
    table.add_row(Text(model["name"], "bold"), about)
    if not model["cells"]:  # it only reads, so it has no KV cache
        table.add_row(f"  {model['kind']}", f"{model['prompt_tokens']:,} tokens read")
        return table
    held = f"{model['cached_tokens']:,} of {model['cells']:,} tokens in {model['sequences']} sequences"
    reused = f"{_share(model['reused_tokens'], model['prompt_tokens'])} of prompts came from there"
    table.add_row("  cache", f"{held}; {reused}")
    speed = f"{model['tokens_per_second']:.0f} tokens/s, {model['output_tokens']:,} tokens written"
    drafts = f"{_share(model['accepted_tokens'], model['drafted_tokens'])} of {model['drafted_tokens']:,} drafted kept"
    table.add_row("  output", f"{speed}; {drafts}" if model["drafted_tokens"] else speed)
    if calibration := model["calibration"]:  # what was measured of the model on this machine
        costs = ", ".join(f"{tokens}: {seconds * 1000:.0f}" for tokens, seconds in calibration["cost"])
        how = f"{calibration['threads']} threads, slices of {calibration['slice']}"
        table.add_row("  machine", f"{how}; ms for one decode of so many tokens: {costs}")
    else:
        table.add_row("  machine", "not measured yet: that is done when it is quiet")
    return table


def _model_files(models: Sequence[Values]) -> Table:
    table = _table("model", "roles", "file")
    for model in models:
        # The name of another program's model begins with the program's: `ollama:NAME`.
        no_file = "of another engine" if ":" in model["name"] else "not on this machine"
        table.add_row(model["name"], ", ".join(model["roles"]), model["path"] or no_file)
    return table


def _table(*headings: str) -> Table:
    table = Table(box=None, show_edge=False, pad_edge=False, padding=(0, 3, 0, 0))
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _share(part: int, total: int) -> str:
    return f"{part / total:.0%}" if total else "0%"
