"""Collects and prints what `breadknife plugins list` shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from breadknife.host.kinds import is_kind, kind_of
from breadknife.host.plugins.pauses import read_pauses
from breadknife.host.plugins.registry import GROUP, load_plugin, roles_of
from breadknife.host.settings import load
from breadknife.host.workspace import root_of
from breadknife.task.plugin import ANY_LANGUAGE, Plugin
from breadknife.text.printable import escaped, escaped_values

_LISTED = 4
"""How many languages the column shows; if there are more, it shows their number."""


@dataclass(frozen=True)
class PluginRow:
    name: str
    version: str
    package: str
    requests: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    """The roles of the models that it asks."""
    state: str = "enabled"
    """`enabled`, `disabled`, `paused` or `broken`."""
    why: str = ""
    """The reason of any other state than `enabled`, as a sentence."""


def rows(folder: Path) -> list[PluginRow]:
    """Return a row for each installed plugin, with its state by the settings that count in `folder`."""
    entries = sorted(entry_points(group=GROUP), key=lambda entry: entry.name)
    loaded = [(entry, _load(entry)) for entry in entries]
    types = {plugin.name: plugin.settings for _, plugin in loaded if not isinstance(plugin, Exception)}
    disabled = load(root_of(folder / "any file"), types)[0].disabled
    pauses = read_pauses()
    listed: list[PluginRow] = []
    for entry, plugin in loaded:
        version, package = (entry.dist.version, entry.dist.name) if entry.dist else ("", "")
        if isinstance(plugin, Exception):
            listed.append(
                PluginRow(entry.name, version, package, state="broken", why=f"{type(plugin).__name__}: {plugin}")
            )
            continue
        state, why = "enabled", ""
        if plugin.name in disabled:
            state, why = "disabled", "your settings say so"
        elif pause := pauses.get(plugin.name):
            state, why = "paused", f"{pause.sentence}; `breadknife plugins resume {plugin.name}` uses it again"
        listed.append(
            PluginRow(
                plugin.name,
                version,
                package,
                tuple(sorted(kind_of(kind).name for kind in plugin.serves if is_kind(kind))),
                tuple(sorted({language for languages in plugin.serves.values() for language in languages})),
                roles_of(plugin),
                state,
                why,
            )
        )
    return listed


def print_table(plugins: Sequence[PluginRow]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(highlight=False)
    table = Table(box=None, show_edge=False, pad_edge=False)
    for heading in ("plugin", "version", "package", "answers", "languages", "models", "state"):
        table.add_column(heading, overflow="fold")
    for row in plugins:
        row = PluginRow(*escaped_values(astuple(row)))
        lists = (", ".join(row.requests), _shortened(row.languages), ", ".join(row.roles))
        table.add_row(row.name, row.version, row.package, *lists, row.state)
    console.print(table)
    for row in plugins:
        if row.why:
            console.print(f"{row.name}: {escape(escaped(row.why))}")


def _load(entry: EntryPoint) -> Plugin | Exception:
    """Load a plugin; return the error if that fails."""
    try:
        return load_plugin(entry)
    except Exception as error:
        return error


def _shortened(languages: tuple[str, ...]) -> str:
    """Return the languages, or their number if they are too many for a column; `--json` lists them."""
    if ANY_LANGUAGE in languages:
        return ANY_LANGUAGE
    return ", ".join(languages) if len(languages) <= _LISTED else f"{len(languages)} languages"
