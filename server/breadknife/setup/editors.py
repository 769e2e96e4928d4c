"""Editors as parts: the exact settings that connect each with this breadknife.

An editor is a row of `EDITORS`. Its settings say how the server is started: by its bare name where that is this
breadknife, by its whole path elsewhere.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import breadknife
from breadknife.cancel import CancelToken
from breadknife.setup.values import Look, Step

Command = Sequence[str]
"""How the server is started."""


@dataclass(frozen=True)
class Editor:
    name: str
    title: str
    programs: tuple[str, ...]
    """Any of them on the path means that the editor is here."""
    file: str
    """Where the settings belong; empty where they are a command to be run."""
    settings: Callable[[Command], str]
    """The exact text."""
    page: str
    """In `docs/editors/`."""

    @property
    def found(self) -> str | None:
        """The program's path."""
        return next(filter(None, map(shutil.which, self.programs)), None)


@dataclass(frozen=True)
class EditorPart:
    editor: Editor

    lane = "editors"

    @property
    def name(self) -> str:
        return f"editor:{self.editor.name}"

    @property
    def title(self) -> str:
        return self.editor.title

    @property
    def purpose(self) -> str:
        return f"settings for {self.editor.file}" if self.editor.file else "how to install the extension"

    def look(self) -> Look:
        return Look(False, f"found: {self.editor.found}" if self.editor.found else "not on the path")

    def set_up(self, report: Callable[[Step], None], cancel: CancelToken) -> str:
        return self.editor.settings(server_command())


def server_command() -> list[str]:
    """What starts this breadknife as a language server, wherever it is started from."""
    script = Path(sys.executable).with_name("breadknife.exe" if sys.platform == "win32" else "breadknife")
    if not script.exists():
        return [sys.executable, "-m", "breadknife", "serve"]
    on_path = shutil.which("breadknife")
    is_this = on_path is not None and os.path.realpath(on_path) == os.path.realpath(script)
    return ["breadknife" if is_this else str(script), "serve"]


def client_folder(name: str) -> Path | None:
    """The client for an editor that came with breadknife: in a checkout, or in the package."""
    package = Path(breadknife.__file__).parent
    places = (package.parents[1] / "clients" / name, package / "clients" / name)
    return next((place for place in places if place.is_dir()), None)


def _neovim(command: Command) -> str:
    lines = [f"vim.opt.runtimepath:append({_quoted(str(client_folder('neovim')))})"]
    if command[0] != "breadknife":
        listed = ", ".join(map(_quoted, command))
        lines.append(f'vim.lsp.config("breadknife", {{ cmd = {{ {listed} }} }})')
    return "\n".join(lines)


def _helix(command: Command) -> str:
    return f"""\
[language-server.breadknife]
command = {_quoted(command[0])}
args = {json.dumps(list(command[1:]))}

[[language]]
name = "python"
language-servers = ["ruff", "jedi", "pylsp", "breadknife"]

[[language]]
name = "markdown"
language-servers = ["marksman", "markdown-oxide", "breadknife"]

[[language]]
name = "text"
scope = "text.plain"
file-types = ["txt"]
language-id = "plaintext"
language-servers = ["breadknife"]"""


def _emacs(command: Command) -> str:
    return f"""\
(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs
               '((python-mode python-ts-mode
                  (markdown-mode :language-id "markdown")
                  (gfm-mode :language-id "markdown")
                  (text-mode :language-id "plaintext"))
                 . ({" ".join(map(_quoted, command))}))))
(dolist (hook '(python-mode-hook python-ts-mode-hook text-mode-hook))
  (add-hook hook #'eglot-ensure))"""


def _vscode(command: Command) -> str:
    built = sorted((Path(breadknife.__file__).parents[2] / "dist").glob("breadknife-*.vsix"))
    what = str(built[-1]) if built else "breadknife.breadknife"
    lines = [f"{next(filter(shutil.which, _CODE), _CODE[0])} --install-extension {_shell(what)}"]
    if command[0] != "breadknife":
        lines.append(f'# in your user settings: "breadknife.command": {json.dumps(list(command), ensure_ascii=False)}')
    return "\n".join(lines)


def _quoted(text: str) -> str:
    """As JSON, TOML, Lua and Lisp write a string."""
    return json.dumps(text, ensure_ascii=False)


def _shell(text: str) -> str:
    return subprocess.list2cmdline([text]) if sys.platform == "win32" else shlex.quote(text)


_CODE = ("code", "code-insiders", "codium")
EDITORS: tuple[Editor, ...] = (
    Editor("neovim", "Neovim", ("nvim",), "~/.config/nvim/init.lua", _neovim, "neovim.md"),
    Editor("vscode", "VS Code", _CODE, "", _vscode, "vscode.md"),
    Editor("helix", "Helix", ("hx", "helix"), "~/.config/helix/languages.toml", _helix, "helix.md"),
    Editor("emacs", "Emacs", ("emacs",), "~/.emacs.d/init.el", _emacs, "emacs.md"),
)
