"""One finding a place, beside the language's own checker; and the fixes are there all the same."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import breadknife
from editors.neovim.editor import Editor
from editors.workbench import MAYBE_NONE

pytestmark = pytest.mark.editor

TABLES = Path(breadknife.__file__).parent / "plugins" / "nullcheck" / "knowledge" / "checkers"
CALL = "print(m.keys())"

OTHERS = {
    "pyright": ("Pyright", "reportOptionalMemberAccess", '"keys" is not a known attribute of "None"', "keys"),
    "basedpyright": ("basedpyright", "reportOptionalMemberAccess", '"keys" is not a known attribute of "None"', "keys"),
    "ty": ("ty", "missing-union-attribute", "Attribute `keys` is not defined on `None` in union `A | None`", "m.keys"),
}  # fmt: skip

STAY = {
    "of another kind": ("Pyright", "reportUnknownMemberType", 'Type of "keys" is "list[str] | None"', "keys"),
    "about something else": ("Pyright", "reportArgumentType", 'Argument of type "int" cannot be assigned', "m.keys()"),
    "elsewhere": ("Pyright", "reportOptionalMemberAccess", '"keys" is not a known attribute of "None"', "print"),
    "of a linter": ("Ruff", "F821", "Undefined name `m`, None", "m"),
}


def find(vim: Editor, source: str, code: str, message: str, place: str) -> None:
    """Another checker finds this."""
    column = CALL.index(place)
    found: dict[str, Any] = {
        "lnum": 4, "col": column, "end_lnum": 4, "end_col": column + len(place),
        "message": message, "source": source, "code": code,
    }  # fmt: skip
    vim.lua("vim.diagnostic.set(vim.api.nvim_create_namespace('other'), 0, { ... })", found)


def forget(vim: Editor) -> None:
    vim.lua("vim.diagnostic.reset(vim.api.nvim_create_namespace('other'), 0)")


def sources(vim: Editor) -> list[str]:
    return sorted(each["source"] for each in vim.diagnostics())


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_ours_gives_way_in_both_orders_and_comes_back(
    open_editor: Callable[..., Editor], other: tuple[str, str, str, str]
) -> None:
    vim = open_editor("a.py", MAYBE_NONE)
    vim.wait_for(lambda: sources(vim) == ["breadknife"])
    find(vim, *other)
    assert sources(vim) == [other[0]]
    vim.type("Gox = 1<Esc>")
    vim.wait_for_server()
    vim.lua("vim.wait(1500, function() return false end)")
    assert sources(vim) == [other[0]], "the server has told again what it finds"
    forget(vim)
    assert sources(vim) == ["breadknife"]


@pytest.mark.parametrize("other", STAY.values(), ids=STAY)
def test_ours_stays_beside_what_is_not_the_same(
    open_editor: Callable[..., Editor], other: tuple[str, str, str, str]
) -> None:
    vim = open_editor("a.py", MAYBE_NONE)
    vim.wait_for(lambda: sources(vim) == ["breadknife"])
    find(vim, *other)
    assert sources(vim) == sorted(["breadknife", other[0]])


def test_the_fixes_are_offered_where_the_other_one_stands(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.py", MAYBE_NONE)
    vim.wait_for(lambda: sources(vim) == ["breadknife"])
    find(vim, *OTHERS["pyright"])
    vim.lua("""
        vim.ui.select = function(items, options, choose)
            _G.titles = vim.tbl_map(options.format_item, items)
            for at, title in ipairs(_G.titles) do
                if vim.startswith(title, "Raise") then return choose(items[at], at) end
            end
        end""")
    vim.type("5G0fkgra")
    vim.wait_for(lambda: "if m is None:" in vim.lines())


def test_what_a_server_that_ended_has_found_does_not_come_back(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.py", MAYBE_NONE)
    vim.wait_for(lambda: sources(vim) == ["breadknife"])
    find(vim, *OTHERS["pyright"])
    vim.lua("vim.lsp.enable('breadknife', false)")
    vim.wait_for(lambda: vim.lua("return #vim.lsp.get_clients() == 0"))
    forget(vim)
    assert sources(vim) == []


def test_the_codes_are_those_that_the_server_knows(open_editor: Callable[..., Editor]) -> None:
    vim = open_editor("a.unknown", "x\n")
    codes: dict[str, list[str]] = vim.lua("return require('breadknife.duplicates').CODES")
    known: dict[str, set[str]] = {name: set() for name in codes}
    for table in TABLES.glob("*.toml"):
        for row in tomllib.loads(table.read_text("utf-8"))["rows"]:
            for name in known.keys() & set(row["names"]):
                known[name].update(row["codes"])
    assert {name: set(each) for name, each in codes.items()} == known
