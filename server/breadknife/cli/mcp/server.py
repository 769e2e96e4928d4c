"""The official package's server, with the errors that the MCP specification asks for.

A tool that doesn't exist is an error of the protocol (-32602). What is wrong with a tool's arguments, or goes wrong in
it, is a result with `isError`, so that the model can read it and do better; each is one line.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mcp import MCPError
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import INVALID_PARAMS
from pydantic import ValidationError

from breadknife.text.printable import shortened

_LONGEST = 500
"""Characters of an error."""


class ToolServer(MCPServer[Any]):
    """Serves functions as tools. A function raises ToolError for anything that the client's model should read."""

    def __init__(self, version: str, instructions: str) -> None:
        super().__init__("breadknife", instructions=instructions, version=version, log_level="ERROR")
        self._parameters: dict[str, frozenset[str]] = {}

    def add(self, tool: Callable[..., Any], name: str, description: str, parameters: frozenset[str]) -> None:
        """Offer a tool. `parameters` are the names in its signature; the types there are what it takes."""
        self._parameters[name] = parameters
        self.add_tool(tool, name, description=description)

    async def call_tool(self, name: str, arguments: dict[str, Any], context: Any = None) -> Any:
        """Run a tool, as the base class does. Raises MCPError for a tool that doesn't exist, and ToolError."""
        parameters = self._parameters.get(name)
        if parameters is None:
            raise MCPError(INVALID_PARAMS, f"Unknown tool: {_line(name)}")
        if unknown := sorted(arguments.keys() - parameters):
            takes = ", ".join(sorted(parameters))
            raise ToolError(_line(f"{name} has no argument {unknown[0]!r}; it takes {takes}"))
        try:
            return await super().call_tool(name, arguments, context)
        except ToolError as error:
            raise ToolError(_line(_message_of(name, error))) from error.__cause__


def _message_of(name: str, error: ToolError) -> str:
    """Return an error's message without what the package puts before it, and pydantic's without their many lines."""
    cause = error.__cause__
    if isinstance(cause, ValidationError):
        return "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in cause.errors())
    return str(error).removeprefix(f"Error executing tool {name}: ")


def _line(text: str) -> str:
    """Return a text as one line of at most `_LONGEST` characters."""
    return shortened(" ".join(text.split()), _LONGEST)
