"""`breadknife status`."""

from __future__ import annotations

import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from breadknife.cli.assemble import make_host
from breadknife.cli.output import print_json
from breadknife.host.host import Host
from breadknife.host.report.status import status
from breadknife.host.settings import load
from breadknife.host.workspace import root_of
from breadknife.text.printable import escaped_values

WATCH_SECONDS = 1.0


def run(*, as_json: bool, watch: bool) -> int:
    """Show the status once; or, to watch, each second until the user ends it (as JSON: one object a line)."""
    with closing(make_host()) as host:
        host.settings, problems = load(root_of(Path.cwd() / "file"), host.registry.settings_types)
        settings_problems = [str(problem) for problem in problems]
        if as_json:
            _print_json(host, settings_problems, watch=watch)
        else:
            _show(host, settings_problems, watch=watch)
    return 0


def _report(host: Host, problems: list[str]) -> dict[str, Any]:
    """Return the host's status, with the problems of the settings among its own."""
    report = status(host)
    report["problems"] += problems
    return report


def _print_json(host: Host, problems: list[str], *, watch: bool) -> None:
    print_json(_report(host, problems), indent=None if watch else 2)
    while watch:
        time.sleep(WATCH_SECONDS)
        print_json(_report(host, problems), indent=None)


def _show(host: Host, problems: list[str], *, watch: bool) -> None:
    from rich.console import Console, RenderableType
    from rich.live import Live

    from breadknife.cli.status_view import view

    def now() -> RenderableType:
        return view(escaped_values(_report(host, problems)))

    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    if not watch:
        console.print(now())
        return
    with Live(now(), console=console, screen=console.is_terminal, auto_refresh=False) as live:
        while True:
            time.sleep(WATCH_SECONDS)
            live.update(now(), refresh=True)
