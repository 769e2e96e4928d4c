"""`breadknife status`."""

from __future__ import annotations

import json
from contextlib import closing

from breadknife.cli.assemble import make_host
from breadknife.host.status import status


def run(*, as_json: bool) -> int:
    with closing(make_host()) as host:
        report = status(host)
    if as_json:
        print(json.dumps(report, indent=2))
        return 0
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(highlight=False)
    engine = report["engine"]
    console.print(f"[bold]breadknife {report['version']}[/bold]")
    if engine is None:
        console.print("engine   not running; whoever needs it first starts it")
    else:
        memory = engine["resident_bytes"] / 1e6
        console.print(f"engine   process {engine['pid']}, {memory:.0f} MB, {engine['clients']} connected")
        for model in engine["models"]:
            console.print(f"         {model['name']}: {model['cached_tokens']} of {model['cells']} cached tokens")
    table = Table(box=None, show_edge=False, pad_edge=False)
    for heading in ("model", "roles", "file"):
        table.add_column(heading, overflow="fold")
    for model in report["models"]:
        table.add_row(model["name"], ", ".join(model["roles"]), model["path"] or "not on this machine")
    console.print(table)
    console.print("plugins  " + ", ".join(plugin["name"] for plugin in report["plugins"]))
    for problem in report["problems"]:
        console.print(f"[red]{escape(problem)}[/red]")
    return 0
