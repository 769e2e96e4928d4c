"""`breadknife doctor`: what breadknife needs, whether it is there, and what to do where it isn't."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from breadknife import __version__, paths
from breadknife.cli.assemble import make_host
from breadknife.cli.output import print_json
from breadknife.engine.installed import is_installed
from breadknife.engine.models.catalog import user_catalog
from breadknife.engine.models.declared import package_models
from breadknife.engine.models.store import ModelStore
from breadknife.engine.remote.runtime import split_model
from breadknife.engine.transport import private_folder
from breadknife.errors import BreadknifeError, EngineMissing, EngineUnavailable, LeftOut
from breadknife.host.host import Host
from breadknife.host.plugins.pauses import read_pauses
from breadknife.host.plugins.registry import roles_of
from breadknife.host.settings import file_layers, resolve
from breadknife.host.workspace import root_of
from breadknife.text.printable import escaped


@dataclass(frozen=True)
class Check:
    name: str
    state: str
    """`ok`, `note` (works, but with less) or `problem`."""
    detail: str
    remedy: str = ""
    """The remedy, in the imperative; empty if there is none."""


def run(*, as_json: bool) -> int:
    """Print all checks. Return the exit code: 1 if one of them is a problem, else 0."""
    with closing(make_host()) as host:
        checks = list(examine(host))
    if as_json:
        print_json([asdict(check) for check in checks])
    else:
        from rich.console import Console
        from rich.markup import escape

        console = Console(highlight=False)
        console.print(f"[bold]breadknife {__version__}[/bold]")
        marks = {"ok": "[green]✓[/green]", "note": "[yellow]–[/yellow]", "problem": "[red]✗[/red]"}
        for check in checks:
            console.print(f"{marks[check.state]} {check.name}: {escape(escaped(check.detail))}", soft_wrap=True)
            if check.remedy:
                console.print(f"    → {escape(escaped(check.remedy))}", soft_wrap=True)
    return 1 if any(check.state == "problem" for check in checks) else 0


def examine(host: Host) -> Iterator[Check]:
    """Yield every check. Gives the host the settings, and starts the engine if it is installed."""
    yield from _settings(host)
    yield from _plugins(host)
    yield from _models(host)
    yield from _engine(host)
    yield from languagetool()


def _settings(host: Host) -> Iterator[Check]:
    layers, unreadable = file_layers(root_of(Path.cwd() / "file"))
    host.settings, problems = resolve(layers, host.registry.settings_types)
    for problem in (*unreadable, *problems):
        if isinstance(problem, LeftOut):
            yield Check("settings", "note", str(problem))
        else:
            yield Check("settings", "problem", str(problem), "mend that line; until then the rest of the file counts")
    if not unreadable and not problems:
        used = [layer.origin for layer in layers if layer.values]
        yield Check("settings", "ok", ", ".join(used) or f"defaults (yours would be in {layers[0].origin})")


def _plugins(host: Host) -> Iterator[Check]:
    yield Check("plugins", "ok", ", ".join(plugin.name for plugin in host.registry.plugins))
    for problem in host.registry.problems:
        yield Check("plugins", "problem", str(problem), "update or uninstall the package that it came with")

    for pause in read_pauses().values():
        since = time.strftime("%Y-%m-%d %H:%M", time.localtime(pause.since))
        which = f"{pause.name} {pause.version}".rstrip()
        remedy = f"update the plugin, then `breadknife plugins resume {pause.name}`"
        yield Check("plugins", "problem", f"{which} is paused since {since}: {pause.sentence}", remedy)


def _models(host: Host) -> Iterator[Check]:
    """Check the lists of models, and the model of each role that a plugin asks for.

    A missing model is a problem only if the engine is installed, since nothing else would run it.
    """
    try:
        user_catalog()
    except BreadknifeError as error:
        yield Check("models", "problem", str(error), "until then the models that you added are unknown")
    for problem in package_models().problems:
        yield Check("models", "problem", problem, "update or uninstall the package, or tell its author")
    store = ModelStore()
    roles = dict.fromkeys(role for plugin in host.registry.plugins for role in roles_of(plugin))
    names: dict[str, None] = {}  # in the order of the roles, each once
    for role in roles:
        try:
            names[host.model_name(role)] = None
        except BreadknifeError as error:
            yield Check("model", "problem", str(error), f"name one for {role} in `[models]` of your settings")
    for name in names:
        if split_model(name):
            yield Check("model", "note", f"{name} is another program's: text is sent there, see `breadknife status`")
            continue
        try:
            yield Check("model", "ok", f"{name} at {store.verified(host.catalog.model(name))}")
        except BreadknifeError as error:
            state = "problem" if is_installed() else "note"
            yield Check("model", state, str(error), f"breadknife models pull {name}")


def _engine(host: Host) -> Iterator[Check]:
    try:
        private_folder(paths.runtime_dir())  # raises an error if other users could get at the engine's socket
        status_before = None
        try:
            status_before = host.engine.status()
        except EngineUnavailable as error:
            yield Check("engine", "note", str(error))
        host.warm_up()  # starts the engine, unless it runs or completion is off
    except EngineMissing as error:
        yield Check("engine", "note", f"only rules check and nothing completes: {error}")
        return
    except BreadknifeError as error:
        yield Check("engine", "problem", str(error), f"the engine's log is {paths.state_dir() / 'engine.log'}")
        return
    status = host.engine.status()
    process = f"process {status.pid}, {status.resident_bytes / 1e6:,.0f} MB" if status else "ended again"
    yield Check("engine", "ok", f"{'running' if status_before else 'started'} ({process})")


def languagetool() -> Iterator[Check]:
    from breadknife.plugins.prose.engines.jvm import installed, jars

    if reason := installed.obstacle():
        yield Check("LanguageTool", "note", f"prose is checked by Harper alone: {reason}")
    elif reason := jars.refusal(installed.folder()):
        yield Check("LanguageTool", "problem", reason, jars.REMEDY)
    else:
        yield Check("LanguageTool", "ok", "ready")
