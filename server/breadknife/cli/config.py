"""`breadknife config`: show, check, schema. They see the settings in files, not those that an editor sends."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, is_dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from breadknife.cli.commands import App, Json
from breadknife.cli.output import print_json, say, tell
from breadknife.errors import LeftOut, SettingsError

app = App("Show and check the settings.")

PathArgument = Annotated[Path, typer.Argument(metavar="PATH", help="A file or a folder.")]


@app.command()
def show(
    path: PathArgument = Path("."),
    origin: Annotated[bool, typer.Option("--origin", help="Show the file and line that set each one.")] = False,
    as_json: Json = False,
) -> None:
    """Show the settings for a file or a folder, as TOML.

    Leaves out the settings of an editor.

    Example:

      breadknife config show --origin README.md
    """
    settings, problems = setting_rows(path)
    for problem in problems:
        tell(str(problem))
    if as_json:
        print_json([asdict(row) for row in settings])
        return
    lines = [(f"{row.key} = {json.dumps(row.value, ensure_ascii=False)}", row.origin) for row in settings]
    width = max(len(line) for line, _ in lines)
    for line, source in lines:
        say(f"{line:{width}}  # {source}" if origin else line)


@app.command()
def check(path: PathArgument = Path("."), as_json: Json = False) -> int:
    """Check your settings and those of a path's project.

    Reports settings that need your trust, but doesn't count them as wrong.

    Exit code: 0 if nothing is wrong, 1 if something is.

    Example:

      breadknife config check
    """
    _, problems = setting_rows(path)
    if as_json:
        print_json([{"problem": str(problem), "wrong": not isinstance(problem, LeftOut)} for problem in problems])
    else:
        for problem in problems or ("nothing is wrong with the settings",):
            say(str(problem))
    return 1 if any(not isinstance(problem, LeftOut) for problem in problems) else 0


@app.command()
def schema() -> None:
    """Print the JSON Schema of settings files.

    It has the settings of every installed plugin.

    Example:

      breadknife config schema > breadknife.schema.json
    """
    from breadknife.host.plugins.registry import discover
    from breadknife.host.settings.schema import json_schema

    print_json(json_schema(discover().settings_types))


@dataclass(frozen=True)
class SettingRow:
    key: str
    """The dotted name, such as `models.completion`."""
    value: Any
    """The value, as JSON has it."""
    origin: str
    """The place that set it: `FILE:LINE`, `default`, or `the catalog` (of models)."""


def setting_rows(path: Path) -> tuple[list[SettingRow], tuple[SettingsError, ...]]:
    """Return every setting for a file or a folder, and the problems of the settings files.

    For a file, settings that hold only for some files or languages count, too. Raises SettingsError for a path that
    doesn't exist.
    """
    from breadknife.engine.models.catalog import read_models
    from breadknife.host.plugins.registry import discover
    from breadknife.host.settings import load
    from breadknife.host.workspace import root_of
    from breadknife.text.document import language_of

    path = Path(os.path.abspath(path))
    if not path.exists():
        raise SettingsError(f"{path}: no such file or folder")
    file = path / "any file" if path.is_dir() else path  # `root_of` takes a file, which need not exist
    root = root_of(file, [Path.cwd()])
    settings, problems = load(root, discover().settings_types)
    if path.is_file():
        settings = settings.for_path(path.relative_to(root).as_posix(), language_of(path) or "")
    by_key = {row.key: row for row in _defaults(settings.plugins, read_models().roles)}
    for entry in settings.entries:
        # A scope says for which files an entry holds. `for_path` has left only the scopes that this file is in.
        if entry.scope is None or path.is_file():
            by_key |= {row.key: row for row in _flatten(entry.key, entry.value, entry.where)}
    return list(by_key.values()), problems


def _defaults(plugins: Any, roles: Any) -> Iterator[SettingRow]:
    """Yield the setting of each key as it is when no file sets it.

    Args:
        plugins: each plugin's settings by its name; only their types matter.
        roles: the catalog's model for each role.
    """
    from breadknife.engine.settings import EngineSettings
    from breadknife.host.settings.resolve import FLAGS

    for flag in FLAGS:
        yield SettingRow(flag, False, "default")
    for role, model in roles.items():
        yield SettingRow(f"models.{role}", model, "the catalog")
    yield from _flatten("engine", EngineSettings(), "default")
    for name, value in plugins.items():
        yield SettingRow(f"{name}.enabled", True, "default")
        yield from _flatten(name, type(value)(), "default")


def _flatten(key: str, value: Any, origin: str) -> Iterator[SettingRow]:
    """Yield a row for a value, or for each field of a dataclass, at any depth."""
    if is_dataclass(value):
        for field in fields(value):
            yield from _flatten(f"{key}.{field.name}", getattr(value, field.name), origin)
    else:
        yield SettingRow(key, msgspec.to_builtins(value), origin)
