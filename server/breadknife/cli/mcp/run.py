"""`breadknife mcp`: serves the tools over stdin and stdout, with MCP's official Python package."""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

from breadknife import __version__
from breadknife.cli.assemble import make_host, settings_for
from breadknife.cli.mcp.tools import Tools
from breadknife.cli.output import suggest, tell
from breadknife.errors import BreadknifeError, PackageMissing
from breadknife.host.host import Host
from breadknife.recipes.registry import RecipeRegistry

INSTRUCTIONS = (
    "Checks prose and code with rules and small models on this machine. No text leaves it, and no tool writes a file: "
    "`fix` and `recipe` give edits that breadknife has verified."
)


def run(folder: Path, *, offline: bool, engine_script: Path | None) -> int:
    """Serve until stdin ends. Raises PackageMissing without the package, SettingsError."""
    try:
        from mcp.server.mcpserver.exceptions import ToolError

        from breadknife.cli.mcp.server import ToolServer
    except ImportError as error:
        raise PackageMissing("the package `mcp` is missing: pip install 'breadknife[mcp]'") from error
    host = make_host(engine_script)
    host.on_notice, host.on_suggestion = tell, suggest
    host.projects.folders = (folder,)
    try:
        host.settings = settings_for(host, offline, folder)
        server = ToolServer(__version__, INSTRUCTIONS)
        tools = Tools(host, folder)
        for tool in (tools.lint, tools.drift, tools.fix, tools.why, tools.recipe, tools.search):
            description = (inspect.getdoc(tool) or "") + (_recipes(folder, host) if tool == tools.recipe else "")
            parameters = frozenset(inspect.signature(tool).parameters)
            server.add(_in_thread(tool, ToolError), tool.__name__, description, parameters)
        server.run("stdio")
    finally:
        host.close()
    return 0


def _in_thread(tool: Callable[..., Any], error_type: type[Exception]) -> Callable[..., Any]:
    """Return a coroutine function that runs the tool in a thread. Errors that the client should read are raised as
    `error_type`."""

    @functools.wraps(tool)
    async def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return await asyncio.to_thread(tool, *args, **kwargs)
        except (BreadknifeError, ValueError, OSError) as error:
            raise error_type(str(error)) from error

    return call


def _recipes(folder: Path, host: Host) -> str:
    """Return the end of the description of the tool `recipe`: the recipes that can run in the folder."""
    entries = RecipeRegistry().entries(folder, trusted=host.settings.trusted)
    plans = [entry.plan for entry in entries if entry.plan]
    return "\n\nRecipes: " + "; ".join(f"{plan.recipe.name} ({plan.recipe.title})" for plan in plans)
