"""A Neovim that a test types into and looks at, and a client without a server for it."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pynvim

from editors.terminal import SECONDS, Terminal
from editors.workbench import editor, fenced, project, scripted_breadknife

CHECKOUT = Path(__file__).parents[3]
PLUGIN = CHECKOUT / "clients" / "neovim"
PAGE = "editors/neovim.md"
LAZY, VIM_PACK, MINI_DEPS, PACKER, BY_HAND, OPTIONS, PREDICATE, STATUSLINE = range(8)
"""The Lua blocks on that page, in their order."""

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

    def messages(self) -> str:
        return self.nvim.funcs.execute("messages")

    def mode(self) -> str:
        """Such as `n` or `i`. Raises AssertionError if Neovim waits for Enter, as after a message that is too long."""
        mode = self.nvim.api.get_mode()
        assert not mode["blocking"], f"Neovim waits for a key: {mode}"
        assert not mode["mode"].startswith("r"), self.screen()
        return mode["mode"]

    def diagnostics(self) -> list[dict[str, Any]]:
        return self.lua("return vim.tbl_map(function(d) d.user_data = nil return d end, vim.diagnostic.get(0))")


def _configured(folder: Path, more: str, init: str = "") -> Path:
    """An `init.lua`: `init` or what the docs say for a checkout, and `more`."""
    file = folder / "init.lua"
    by_hand = fenced(PAGE, "lua", BY_HAND).replace("/path/to/breadknife", str(CHECKOUT))
    file.write_text(f"{init or by_hand}\n{more}", "utf-8")
    return file


@contextmanager
def neovim(tmp_path: Path) -> Iterator[Callable[..., Editor]]:
    """Opens a file in a Neovim whose only configuration is the one in the docs, and what `more` adds."""
    scripted = scripted_breadknife(tmp_path, SAYS)
    program = editor("nvim")
    opened: list[subprocess.Popen[bytes]] = []

    def start(
        name: str,
        text: str,
        more: str = "",
        *,
        init: str = "",
        environment: Mapping[str, str] = MappingProxyType({}),
        columns: int = 100,
        lines: int = 30,
    ) -> Editor:
        """`init` takes the place of that configuration."""
        configuration = _configured(tmp_path, more, init)
        file = project(tmp_path, name, text)
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:  # a socket's path has to be short
            socket = Path(folder) / "nvim"
            arguments = ["--headless", "--listen", socket, "-n", "-u", configuration, "--cmd", "set shortmess+=I", file]
            variables = scripted | environment
            opened.append(subprocess.Popen([program, *arguments], env=variables, stdin=subprocess.DEVNULL))
            nvim = _attached(str(socket))
        nvim.ui_attach(columns, lines, rgb=True)
        return Editor(nvim, file)

    yield start
    for process in opened:
        process.terminate()
        process.wait(SECONDS)


@contextmanager
def in_terminal(folder: Path, name: str, text: str, more: str = "") -> Iterator[tuple[Editor, Terminal]]:
    """The same in a terminal of 80 columns and 24 lines, as people see it."""
    environment = scripted_breadknife(folder, SAYS) | {"TERM": "xterm-256color"}
    program, file = editor("nvim"), project(folder, name, text)
    editor("tmux")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as short:
        socket = Path(short) / "nvim"
        options = ["--listen", socket, "-n", "-u", _configured(folder, more), "--cmd", "set shortmess+=I"]
        with Terminal([program, *options, file], environment, folder, columns=80, lines=24) as terminal:
            yield Editor(_attached(str(socket)), file), terminal


def _attached(socket: str) -> pynvim.Nvim:
    """Once Neovim has read its configuration and the file."""
    end = time.monotonic() + SECONDS
    while True:
        try:
            nvim = pynvim.attach("socket", path=socket)
            break
        except (FileNotFoundError, ConnectionRefusedError):  # not made yet, or made and not listened at
            if time.monotonic() > end:
                raise
            time.sleep(0.02)
    while not nvim.vvars["vim_did_enter"]:
        assert time.monotonic() < end, "Neovim didn't start"
        time.sleep(0.02)
    return nvim


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
            _G.fail = function(err) handler(err, nil) end
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
    vim.wait_for(lambda: vim.nvim.current.line == (keys if typed is None else typed))
    vim.screen()
    item: dict[str, Any] = {"insertText": text}
    if start is not None:
        line = vim.nvim.current.window.cursor[0] - 1
        item["range"] = {"start": {"line": line, "character": start}, "end": {"line": line, "character": end}}
    vim.lua("_G.answer({ items = { ... } })", item)
