"""Reads the data in `data/`: tables in TOML and TSV."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import TypeVar

import msgspec

from breadknife.steps.builtin import tables

_Kind = TypeVar("_Kind")
_DATA = Path(__file__).parent / "data"


def read_table(name: str, kind: type[_Kind]) -> _Kind:
    """Return `data/NAME.toml` as a dataclass; it is read once."""
    return tables.read_table(name, kind, _DATA)


@cache
def read_rows(name: str, kind: type[_Kind]) -> tuple[_Kind, ...]:
    """Return `data/NAME.tsv` as dataclasses, whose fields are its columns; read once. `#` begins a comment."""
    lines = (_DATA / f"{name}.tsv").read_text("utf-8").splitlines()
    rows = csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t")
    return msgspec.convert(list(rows), type=tuple[kind, ...], strict=False)
