"""A Neovim that a test types into and looks at, and a client without a server for it."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pynvim

from editors.terminal import SECONDS
from editors.workbench import editor, fenced, project, scripted_breadknife

CHECKOUT = Path(__file__).parents[2]

SAYS = {
    "def add(": "a, b): return a + b",
    "größe_": "maß = 'ß' * 3",
    "def read(": "read(1)",
    "def both(": "):\n    first = 1\n    second = 2",
}


class Editor:
    """A Neovim with a user interface, so that it draws as it does for people."""

    def __init__(self, nvim: pynvim.Nvim, file: Path) -> None:
        self.nvim = nvim
        self.file = file

    def lua(self, code: str, *arguments: Any) -> Any:
        return self.nvim.exec_lua(code, *arguments)

    def type(self, keys: str) -> None:
        self.nvim.input(keys)

    def lines(self) -> list[str]:
        return list(self.nvim.current.buffer)

    def screen(self) -> list[str]:
        """What is drawn, without the empty lines' `~`."""
        rows = self.lua(
            "vim.cmd.redraw() local rows = {} for row = 1, vim.o.lines do local cells = {}"
            " for column = 1, vim.o.columns do cells[column] = vim.fn.screenstring(row, column) end"
            " rows[row] = vim.trim(table.concat(cells)) end return rows"
        )
        return [row for row in rows if row not in ("", "~")]

    def wait_for(self, what: str | Callable[[], Any]) -> None:
        """Wait for a line on the screen, or for a condition."""
        end = time.monotonic() + SECONDS
        while not (any(what in row for row in self.screen()) if isinstance(what, str) else what()):
            if time.monotonic() > end:
                raise AssertionError(f"waited {SECONDS} s for {what!r}; the screen is {self.screen()}")
            time.sleep(0.03)

    def wait_for_server(self) -> None:
        self.wait_for(lambda: self.lua("local c = require('breadknife').client() return c and c.initialized"))

    def diagnostics(self) -> list[dict[str, Any]]:
        return self.lua("return vim.tbl_map(function(d) d.user_data = nil return d end, vim.diagnostic.get(0))")


@contextmanager
def neovim(tmp_path: Path) -> Iterator[Callable[..., Editor]]:
    """Opens a file in a Neovim whose only configuration is the one in the docs."""
    environment = scripted_breadknife(tmp_path, SAYS)
    program = editor("nvim")
    opened: list[subprocess.Popen[bytes]] = []

    def start(name: str, text: str, more: str = "") -> Editor:
        configuration = fenced("editors/neovim.md", "lua").replace("/path/to/breadknife", str(CHECKOUT))
        init = tmp_path / "init.lua"
        init.write_text(configuration + more, "utf-8")
        file = project(tmp_path, name, text)
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:  # a socket's path has to be short
            socket = Path(folder) / "nvim"
            arguments = ["--headless", "--listen", socket, "-n", "-u", init, "--cmd", "set shortmess+=I", file]
            opened.append(subprocess.Popen([program, *arguments], env=environment, stdin=subprocess.DEVNULL))
            nvim = _attached(str(socket))
        nvim.ui_attach(100, 30, rgb=True)
        return Editor(nvim, file)

    yield start
    for process in opened:
        process.terminate()
        process.wait(SECONDS)


def _attached(socket: str) -> pynvim.Nvim:
    end = time.monotonic() + SECONDS
    while True:
        try:
            return pynvim.attach("socket", path=socket)
        except (FileNotFoundError, ConnectionRefusedError):  # not made yet, or made and not listened at
            if time.monotonic() > end:
                raise
            time.sleep(0.02)


# --- a client without a server, for what depends on the answer's time and units -------------------------------------


def fake_client(vim: Editor, result: str, *, answers: bool = True, encoding: str = "utf-8") -> None:
    """Ghost text from a client whose answer is the Lua value `result`, or comes when `_G.answer` is called."""
    vim.lua(
        """
        local result, answers, encoding = ...
        result = loadstring("return " .. result)()
        _G.asked, _G.cancelled, _G.taken = 0, 0, {}
        local client = { id = 99, offset_encoding = encoding }
        function client:supports_method() return true end
        function client:request(_, params, handler)
            _G.asked, _G.position, _G.kind = _G.asked + 1, params.position, params.context.triggerKind
            _G.answer = function(value) handler(nil, value) end
            if answers then vim.schedule(function() handler(nil, result) end) end
            return true, _G.asked
        end
        function client:cancel_request() _G.cancelled = _G.cancelled + 1 end
        function client:exec_cmd(command) table.insert(_G.taken, command.arguments[1]) end
        function _G.refresh()
            local params = { uri = vim.uri_from_bufnr(0), version = 0 }
            require("breadknife.ghost").on_refresh(nil, params, { client_id = 99 })
        end
        vim.lsp.enable("breadknife", false)
        require("breadknife.ghost").attach(client, vim.api.nvim_get_current_buf())
        """,
        result,
        answers,
        encoding,
    )


def show(
    vim: Editor, keys: str, text: str, *, encoding: str = "utf-8", start: int | None = None, end: int | None = None,
    typed: str | None = None,
) -> None:  # fmt: skip
    """Type `keys` and show `text` there, from a client that has just this one answer for this one place."""
    fake_client(vim, "nil", answers=False, encoding=encoding)
    vim.type("i" + keys)
    vim.wait_for(lambda: vim.lines() == [keys if typed is None else typed])
    vim.screen()
    item: dict[str, Any] = {"insertText": text}
    if start is not None:
        item["range"] = {"start": {"line": 0, "character": start}, "end": {"line": 0, "character": end}}
    vim.lua("_G.answer({ items = { ... } })", item)
