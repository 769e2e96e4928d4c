"""Reads the tables that stand beside the steps as TOML."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TypeVar

import msgspec

_Kind = TypeVar("_Kind")


@cache
def read_table(name: str, kind: type[_Kind]) -> _Kind:
    """`NAME.toml` of this folder as a dataclass; read once."""
    return msgspec.toml.decode((Path(__file__).parent / f"{name}.toml").read_bytes(), type=kind)
