"""`breadknife plugins new`: a complete package from the files in `template/`."""

from __future__ import annotations

import keyword
from collections.abc import Iterator
from importlib.metadata import entry_points
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from breadknife.cli.plugins.checking import NAME, RESERVED
from breadknife.errors import PluginError
from breadknife.host.plugins.registry import GROUP
from breadknife.paths import write_atomically

_PLACEHOLDER = "newcomer"
"""The name of the plugin in the template, which is a package that works."""


def create(name: str, parent: Path) -> Path:
    """Create the folder `breadknife-NAME` in `parent` with a plugin's package, and return it.

    Raises PluginError if a plugin can't have this name, or the folder exists.
    """
    if not NAME.fullmatch(name) or keyword.iskeyword(name):
        raise PluginError(f"`{name}` can't be a plugin's name: use small letters, digits and `_`, as in `todo`")
    if name in RESERVED:
        raise PluginError(f"`{name}` is a section of breadknife's own settings; use another name")
    if name in {entry.name for entry in entry_points(group=GROUP)}:
        raise PluginError(f"a plugin named `{name}` is installed already; use another name")
    project = f"breadknife-{name.replace('_', '-')}"
    folder = parent / project
    replacements = {  # in this order: the project's name holds the plugin's
        f"breadknife-{_PLACEHOLDER}": project,
        _PLACEHOLDER: name,
        _PLACEHOLDER.title(): "".join(part.title() for part in name.split("_")),
    }
    try:
        folder.mkdir()
        for name_in_template, text in _template(files("breadknife.cli.plugins") / "template"):
            path = folder / _replace_all(name_in_template, replacements)
            write_atomically(path, _replace_all(text, replacements).encode(), mode=0o644)
    except FileExistsError:
        raise PluginError(f"{folder} exists already; use another name, or move that away") from None
    except OSError as error:
        raise PluginError(f"{folder}: {error.strerror}") from error
    return folder


def _template(folder: Traversable, parent: str = "") -> Iterator[tuple[str, str]]:
    """Yield the name (with `/`, after `parent`) and the text of each file in a folder, at any depth."""
    for child in folder.iterdir():
        if child.is_dir():
            if not child.name.startswith(("_", ".")):  # such as `__pycache__`
                yield from _template(child, f"{parent}{child.name}/")
        else:
            yield parent + child.name, child.read_text("utf-8")


def _replace_all(text: str, replacements: dict[str, str]) -> str:
    for old, new in replacements.items():
        text = text.replace(old, new)
    return text
