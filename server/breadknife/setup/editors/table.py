"""Editors as parts of the set-up: an editor is a row of `EDITORS`.

Its settings have the command that starts the server: its bare name if that starts this breadknife, else its full path.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from breadknife import children
from breadknife.cancel import CancelToken
from breadknife.engine.models.progress import PullProgress
from breadknife.setup.editors import inserting, places, texts
from breadknife.setup.editors.values import Editor
from breadknife.setup.values import PartStatus


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

    def status(self) -> PartStatus:
        return PartStatus(False, f"found: {self.editor.found}" if self.editor.found else "not on the path")

    def set_up(self, report: Callable[[PullProgress], None], cancel: CancelToken) -> str:
        return self.editor.settings(server_command())


def server_command() -> list[str]:
    """Return the command that starts this breadknife as a language server, from any folder."""
    script = Path(sys.executable).with_name("breadknife.exe" if sys.platform == "win32" else "breadknife")
    if not script.exists():
        return [sys.executable, "-P", "-m", "breadknife", "serve"]
    on_path = children.find_program("breadknife")
    is_this = on_path is not None and os.path.realpath(on_path) == os.path.realpath(script)
    return ["breadknife" if is_this else str(script), "serve"]


EDITORS: tuple[Editor, ...] = (
    Editor(
        "neovim", "Neovim", ("nvim",), "~/.config/nvim/init.lua", texts.neovim, "neovim.md",
        places.neovim, inserting.at_the_end(texts.neovim),
    ),
    Editor("vscode", "VS Code", texts.CODE, "", texts.vscode, "vscode.md"),
    Editor(
        "helix", "Helix", ("hx", "helix"), "~/.config/helix/languages.toml", texts.helix, "helix.md",
        places.helix, inserting.in_helix,
    ),
    Editor(
        "emacs", "Emacs", ("emacs",), "~/.emacs.d/init.el", texts.emacs, "emacs.md",
        places.emacs, inserting.at_the_end(texts.emacs),
    ),
    Editor(
        "vim", "Vim", ("vim",), "~/.vimrc", texts.vim, "vim.md",
        places.vim, inserting.at_the_end(texts.vim),
        "Vim needs the plugin vim-lsp.",
    ),
    Editor(
        "zed", "Zed", ("zed", "zeditor"), "~/.config/zed/settings.json",
        lambda command: texts.as_json(texts.zed_values(command)), "zed.md",
        places.zed, inserting.in_json(texts.zed_values),
        "Zed needs breadknife's extension.",
    ),
    Editor(
        "jetbrains", "JetBrains", ("idea", "pycharm", "webstorm", "goland"), "template.json in a folder of its own",
        lambda command: texts.as_json(texts.jetbrains_values(command)), "jetbrains.md",
        places.jetbrains, inserting.alone(texts.jetbrains_values),
        "Import its folder with LSP4IJ's “New Language Server”.",
    ),
    Editor(
        "sublime", "Sublime Text", ("subl",), "LSP.sublime-settings",
        lambda command: texts.as_json(texts.sublime_values(command)), "sublime.md",
        places.sublime, inserting.in_json(texts.sublime_values),
        "Sublime Text needs the package LSP.",
    ),
    Editor(
        "kate", "Kate", ("kate",), "~/.config/kate/lspclient/settings.json",
        lambda command: texts.as_json(texts.kate_values(command)), "kate.md",
        places.kate, inserting.in_json(texts.kate_values),
        "Switch on Kate's plugin “LSP Client”.",
    ),
)  # fmt: skip
