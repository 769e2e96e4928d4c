"""For tests of plugins: asks a plugin as the real host does, with an engine that answers by a script."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from breadknife.engine.models.catalog import builtin_catalog
from breadknife.engine.scripted import Line, ScriptedEngine
from breadknife.host.host import Host, Reply
from breadknife.host.registry import Registry
from breadknife.host.settings import Settings
from breadknife.task.plugin import Plugin
from breadknife.task.values import Request
from breadknife.text.document import Document

__all__ = ["Line", "Reply", "ask", "document"]


def document(text: str, language: str = "python", name: str = "example") -> Document:
    """A document for a test, without a file."""
    return Document(f"file:///project/{name}", language, text, 1)


def ask(
    plugin: Plugin,
    request: Request,
    *,
    settings: Any = None,
    script: Sequence[Line] = (),
    root: Path | None = None,
) -> Reply:
    """Send a request to a plugin. The reply has what the user would see (`findings`, `completions`, `actions`) and
    `receipts`, which give the reason if there is no answer.

    `settings` is a value of the plugin's own type; None means its defaults. Each Line of `script` is the output of a
    model if its prompt contains the line's `when`. If no line matches, the model writes nothing.
    """
    chosen = Settings(plugins={plugin.name: plugin.settings() if settings is None else settings})
    host = Host(Registry((plugin,)), ScriptedEngine(script), builtin_catalog(), chosen)
    try:
        return host.ask(request, root=root, plugin=plugin.name)
    finally:
        host.containment.close()
