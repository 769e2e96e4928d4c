"""The config for nvim-lspconfig, in a Neovim that has nothing else of ours."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from editors.workbench import MAYBE_NONE, editor, project, scripted_breadknife

pytestmark = pytest.mark.editor
CONFIG = Path(__file__).parents[3] / "release" / "nvim-lspconfig"
LOOK = """
vim.lsp.enable("breadknife")
vim.cmd.edit(vim.env.FILE)
local found = vim.wait(60000, function() return #vim.diagnostic.get(0) > 0 end, 50)
local client = vim.lsp.get_clients({ name = "breadknife", bufnr = 0 })[1]
local messages = vim.tbl_map(function(each) return each.message end, vim.diagnostic.get(0))
io.stdout:write(vim.json.encode({ root = client and client.root_dir, messages = messages }))
vim.cmd("qa!")
"""


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [("a.py", MAYBE_NONE, "may be None"), ("a.txt", "This is an useful option.\n", "indefinite article")],
)
def test_findings_come(tmp_path: Path, name: str, text: str, message: str) -> None:
    program = editor("nvim")
    environment = scripted_breadknife(tmp_path, {})
    file = project(tmp_path, name, text)
    (tmp_path / "look.lua").write_text(LOOK, "utf-8")
    command = [program, "--clean", "--headless", "--cmd", f"set rtp^={CONFIG}", "-c", f"luafile {tmp_path}/look.lua"]
    done = subprocess.run(command, env=environment | {"FILE": str(file)}, capture_output=True, text=True, timeout=120)
    seen = json.loads(done.stdout)
    assert any(message in said for said in seen["messages"]), done.stderr
    assert seen["root"] == str(file.parent)
