"""The settings of each editor, as text."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import breadknife
from breadknife import children
from breadknife.setup.editors.values import Command

CODE = ("code", "code-insiders", "codium")
"""The programs of VS Code and its builds, by their names on the path."""

HELIX_LANGUAGES = {
    "python": 'name = "python"\nlanguage-servers = ["breadknife", "ruff", "jedi", "pylsp"]',
    "markdown": 'name = "markdown"\nlanguage-servers = ["breadknife", "marksman", "markdown-oxide"]',
    "text": (
        'name = "text"\nscope = "text.plain"\nfile-types = ["txt"]\nlanguage-id = "plaintext"\n'
        'language-servers = ["breadknife"]'
    ),
}
"""The settings of each language. Helix's own default servers are listed, too, because these settings replace them."""

_SUBLIME_SELECTOR = " | ".join(
    [
        "source.python", "source.js", "source.jsx", "source.ts", "source.tsx", "source.go", "source.java",
        "text.html.markdown", "text.restructuredtext", "text.tex.latex", "text.plain", "text.git.commit",
    ]
)  # fmt: skip

_JETBRAINS_TYPES = {
    "python": ["*.py", "*.pyi"],
    "javascript": ["*.js", "*.mjs", "*.cjs"],
    "javascriptreact": ["*.jsx"],
    "typescript": ["*.ts", "*.mts", "*.cts"],
    "typescriptreact": ["*.tsx"],
    "go": ["*.go"],
    "java": ["*.java"],
    "markdown": ["*.md", "*.markdown"],
    "restructuredtext": ["*.rst"],
    "latex": ["*.tex"],
    "plaintext": ["*.txt"],
}
"""The patterns of file names, by the LSP language id."""


def client_folder(name: str) -> Path | None:
    """Return the client for an editor that came with breadknife: in a checkout, or in the package."""
    package = Path(breadknife.__file__).parent
    places = (package.parents[1] / "clients" / name, package / "clients" / name)
    return next((place for place in places if place.is_dir()), None)


def neovim(command: Command) -> str:
    options = "" if command[0] == "breadknife" else f"{{ cmd = {{ {', '.join(map(_quoted, command))} }} }}"
    folder = _quoted(str(client_folder("neovim")))
    return f'vim.opt.runtimepath:append({folder})\nrequire("breadknife").setup({options})'


def helix(command: Command, without: Collection[str] = ()) -> str:
    """Return the settings, without the languages that the user's file has already."""
    server = f"[language-server.breadknife]\ncommand = {_quoted(command[0])}\nargs = {json.dumps(list(command[1:]))}"
    languages = (f"[[language]]\n{text}" for name, text in HELIX_LANGUAGES.items() if name not in without)
    return "\n\n".join((server, *languages))


def emacs(command: Command) -> str:
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


def vim(command: Command) -> str:
    listed = ", ".join("'" + word.replace("'", "''") + "'" for word in command)
    return f"""\
augroup breadknife
  autocmd!
  autocmd User lsp_setup call lsp#register_server({{
      \\ 'name': 'breadknife',
      \\ 'cmd': {{server_info -> [{listed}]}},
      \\ 'allowlist': ['python', 'javascript', 'typescript', 'go', 'java', 'markdown', 'rst', 'text', 'gitcommit'],
      \\ 'languageId': {{server_info -> &filetype ==# 'text' ? 'plaintext' : &filetype}},
      \\ }})
augroup END"""


def zed_values(command: Command) -> Mapping[str, Any]:
    return {"lsp": {"breadknife": {"binary": {"path": command[0], "arguments": list(command[1:])}}}}


def sublime_values(command: Command) -> Mapping[str, Any]:
    client = {"enabled": True, "command": list(command), "selector": _SUBLIME_SELECTOR}
    return {"clients": {"breadknife": client}}


def kate_values(command: Command) -> Mapping[str, Any]:
    """Return the settings. Kate takes one server for each language, so breadknife isn't set for code, which has one."""
    modes = "^(Markdown|Normal|reStructuredText|LaTeX)$"
    return {"servers": {"breadknife": {"command": list(command), "highlightingModeRegex": modes}}}


def jetbrains_values(command: Command) -> Mapping[str, Any]:
    """Return LSP4IJ's template of a user-defined language server."""
    mappings = [
        {"fileType": {"patterns": patterns}, "languageId": language} for language, patterns in _JETBRAINS_TYPES.items()
    ]
    line = shell(command)
    return {"id": "breadknife", "name": "breadknife", "programArgs": {"default": line}, "fileTypeMappings": mappings}


def as_json(values: Mapping[str, Any]) -> str:
    return json.dumps(values, indent=2, ensure_ascii=False)


def vscode(command: Command) -> str:
    built = sorted((Path(breadknife.__file__).parents[2] / "dist").glob("breadknife-*.vsix"))
    what = str(built[-1]) if built else "breadknife.breadknife"
    lines = [f"{next(filter(children.find_program, CODE), CODE[0])} --install-extension {shell([what])}"]
    if command[0] != "breadknife":
        lines.append(f'# in your user settings: "breadknife.command": {json.dumps(list(command), ensure_ascii=False)}')
    return "\n".join(lines)


def shell(words: Command) -> str:
    """Join words into a command for this system's shell."""
    return subprocess.list2cmdline(words) if sys.platform == "win32" else shlex.join(words)


def _quoted(text: str) -> str:
    """Quote a string in the way that JSON, TOML, Lua and Lisp share."""
    return json.dumps(text, ensure_ascii=False)
