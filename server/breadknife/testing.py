"""For tests of plugins: asks a plugin as the real host does, with an engine that answers by a script."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from breadknife.engine.models.catalog import installed_catalog
from breadknife.engine.scripted import Line, ScriptedEngine
from breadknife.host.host import Host, Reply
from breadknife.host.plugins.registry import Registry, roles_of
from breadknife.host.settings import Settings
from breadknife.task.plugin import Plugin
from breadknife.task.values import Request
from breadknife.text.document import Document

__all__ = ["Line", "Reply", "ask", "document"]


def document(text: str, language: str = "python", name: str = "example") -> Document:
    """Return a document for a test, without a file."""
    return Document(f"file:///project/{name}", language, text, 1)


def ask(
    plugin: Plugin,
    request: Request,
    *,
    settings: Any = None,
    script: Sequence[Line] = (),
    root: Path | None = None,
    others: Sequence[Plugin] = (),
) -> Reply:
    """Return what the user would see: `findings`, `completions`, `actions`, `hovers`, `lenses`, `inlays`, `message`,
    `result`, `documents`, `shows`, `failures`, and a receipt that says why. `answers` has all of them, and those of own
    kinds.

    `settings` is a value of the plugin's own type, its defaults if None. Each Line of `script` is what a model says
    when its prompt, or one of a chat's messages, contains the line's `when`; it says nothing when no line fits. Texts
    with the same words have embeddings that are near each other. `root` is the workspace folder, and `others` are the
    plugins that this one may ask. A role that the plugin declares needs no model.
    """
    catalog = installed_catalog()
    scripted = {role: f"the test's {role}" for role in roles_of(plugin) if role not in catalog.roles}
    chosen = Settings(plugins={plugin.name: plugin.settings() if settings is None else settings}, models=scripted)
    host = Host(Registry((plugin, *others)), ScriptedEngine(script), catalog, chosen)
    try:
        return host.ask(request, root=root, plugin=plugin.name)
    finally:
        host.containment.close()
