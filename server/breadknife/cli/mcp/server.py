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
    """Serves functions as tools. Each raises ValueError for what is wrong with what it was given."""

    def __init__(self, version: str, instructions: str) -> None:
        super().__init__("breadknife", instructions=instructions, version=version, log_level="ERROR")
        self._parameters: dict[str, frozenset[str]] = {}

    def add(self, tool: Callable[..., Any], name: str, description: str, parameters: frozenset[str]) -> None:
        """Offer a tool; what it takes is read from its signature."""
        self._parameters[name] = parameters
        self.add_tool(tool, name, description=description)

    async def call_tool(self, name: str, arguments: dict[str, Any], context: Any = None) -> Any:
        """See the base class. Raises MCPError for a tool that isn't there, and ToolError."""
        known = self._parameters.get(name)
        if known is None:
            raise MCPError(INVALID_PARAMS, f"Unknown tool: {_line(name)}")
        if unknown := sorted(arguments.keys() - known):
            takes = ", ".join(sorted(known))
            raise ToolError(_line(f"{name} has no argument {unknown[0]!r}; it takes {takes}"))
        try:
            return await super().call_tool(name, arguments, context)
        except ToolError as error:
            raise ToolError(_line(_told(name, error))) from error.__cause__


def _told(name: str, error: ToolError) -> str:
    cause = error.__cause__
    if isinstance(cause, ValidationError):
        wrong = (f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in cause.errors())
        return "; ".join(wrong)
    return str(error).removeprefix(f"Error executing tool {name}: ")


def _line(text: str) -> str:
    return shortened(" ".join(text.split()), _LONGEST)
