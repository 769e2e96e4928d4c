"""Reads tables that stand beside the code as TOML."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TypeVar

import msgspec

_Kind = TypeVar("_Kind")


@cache
def read_table(name: str, kind: type[_Kind], folder: Path = Path(__file__).parent) -> _Kind:
    """Read `NAME.toml` of a folder, or of this one, as a dataclass; read once."""
    return msgspec.toml.decode((folder / f"{name}.toml").read_bytes(), type=kind)
