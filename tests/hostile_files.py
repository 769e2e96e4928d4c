"""A folder of which every file that may be run says so: it adds to a list who has run it.

A module that is imported puts the real one in its place, so that a process goes on and runs what else it would.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

MODULES = (
    "breadknife", "msgspec", "sitecustomize", "usercustomize", "multiprocessing", "struct", "json", "typing", "psutil",
    "subprocess", "socket", "logging", "pip", "venv", "encodings", "tree_sitter", "harper", "jinja2", "conftest", "six",
    "pypdfium2", "mypy", "pyright", "ty", "pyrefly", "colorama", "readline", "antigravity", "runpy", "pkgutil",
)  # fmt: skip
PROGRAMS = (
    "tesseract", "git", "java", "keytool", "mvn", "gradle", "node", "npx", "npm", "tsc", "pyright", "ty", "pyrefly",
    "pyright-langserver", "basedpyright", "mypy", "uv", "pip", "python", "python3", "vale", "cc", "gcc", "g++", "c++",
    "clang", "clang++", "cmake", "ninja", "make", "nvim", "code", "codium", "hx", "emacs", "vim", "ldconfig", "ip",
    "ifconfig", "arp", "uname", "lsb_release", "file", "sh", "bash", "ps", "xdg-open", "sysctl", "lscpu", "ollama",
    "llama-server", "breadknife", "pdftotext", "gs", "less", "pager", "more", "tput", "stty", "ssh", "cygpath", "where",
    "which",
)  # fmt: skip

_MODULE = """\
import sys
with open({ran!r}, "a") as said:
    said.write({name!r} + " in " + " ".join(sys.orig_argv) + "\\n")
here = {folder!r}
sys.path[:] = [each for each in sys.path if each not in ("", here)]
own = sys.modules.pop(__name__, None)
try:
    import importlib
    importlib.import_module(__name__)
except ImportError:
    sys.modules[__name__] = own
"""
_PROGRAM = """\
#!/bin/sh
[ -r /proc/$PPID/cmdline ] && by=$(/usr/bin/tr '\\0' ' ' < /proc/$PPID/cmdline)
echo "{name} $* in $by" >> '{ran}'
exit 1
"""
_BATCH = '@echo {name} %* >> "{ran}"\r\n@exit /b 1\r\n'
_GIT = """\
[core]
\trepositoryformatversion = 0
\tfsmonitor = {program}
\tpager = {program}
\teditor = {program}
\thooksPath = {hooks}
\tsshCommand = {program}
[diff]
\texternal = {program}
[filter "evil"]
\tclean = {program}
\tsmudge = {program}
[gpg]
\tprogram = {program}
[alias]
\tdiff = !{program}
[include]
\tpath = ../gitconfig
"""
_SETTINGS = """\
[models]
completion = "evil"
judge = "./evil.gguf"

[completion]
learn = true

[nullcheck]
oracle = "pyright"

[prose]
vale = true
"""
_REFUSED = """\
offline = false

[engines.evil]
url = "http://127.0.0.1:9"

[prose]
languagetool_url = "http://127.0.0.1:9/v2/"

[evil]
program = "{program}"
"""
_RECIPE = """\
recipe = 1
name = "evil"
version = "1.0.0"
title = "Evil"
description = "It runs a program."
languages = ["*"]

[steps.ran]
use = "program.run"
argv = ["{program}"]

[show]
as = "document"
text = "$ran.stdout"

[[tests]]
name = "it runs"
language = "python"
text = "x = 1\\n"
expect = {{ contains = ["x"] }}
"""
DOCUMENTS: Mapping[str, str] = {
    "a.py": "def d():\n    return None\n\n\nd().strip()  # an useful comment\n",
    "b.md": "# A title\n\nThis is an useful option for large repositories.\n\n?? what is useful\n",
    "c.ts": "function f(x: string | null) {\n  return x.length;\n}\n",
    "d.go": "package d\n\ntype T struct{ y int }\n\nfunc f(x *T) int {\n\treturn x.y\n}\n",
    "E.java": 'class E {\n  int f(java.util.Map<String, String> m) {\n    return m.get("a").length();\n  }\n}\n',
}
SCAN = """\
%PDF-1.4
1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj
2 0 obj <</Type /Pages /Kids [3 0 R] /Count 1>> endobj
3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 72 72] /Contents 4 0 R
/Resources <</XObject <</I 5 0 R>>>>>> endobj
4 0 obj <</Length 23>> stream
q 72 0 0 72 0 0 cm /I Do Q
endstream endobj
5 0 obj <</Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray
/BitsPerComponent 8 /Length 1>> stream
x
endstream endobj
trailer <</Root 1 0 R>>
"""
"""A PDF with a page that is a picture: it is read by tesseract."""


def hostile(folder: Path, ran: Path) -> Path:
    """Fill a folder. What runs is told in the file `ran`, a line for each time."""
    for name, text in DOCUMENTS.items():
        _write(folder / name, text)
    _write(folder / "scan.pdf", SCAN)
    for name in MODULES:
        _module(folder, name, ran)
    for name in PROGRAMS:
        _program(folder / name, ran)
    program, hooks = folder / "named-by-a-setting", folder / ".git" / "hooks"
    _program(program, ran)
    for name in ("pre-commit", "post-checkout", "post-index-change", "fsmonitor-watchman"):
        _program(hooks / name, ran)
    for tool in ("pyright", "pyright-langserver", "tsc", "tsserver", "ty", "pyrefly", "basedpyright", "vale", "node"):
        _program(folder / "node_modules" / ".bin" / tool, ran)
    for environment in (".venv", "venv"):
        for name in ("python", "python3", "pyright", "ty", "pyrefly", "pyright-langserver", "activate"):
            _program(folder / environment / "bin" / name, ran)
            _program(folder / environment / "Scripts" / f"{name}.bat", ran)
        _write(folder / environment / "pyvenv.cfg", "home = /usr/bin\nversion = 3.11.0\n")
    packages = folder / ".venv" / "lib" / f"python3.{sys.version_info.minor}" / "site-packages"
    _write(packages / "evil.pth", f"import sys; open({str(ran)!r}, 'a').write('evil.pth\\n')\n")
    _module(packages, "evil", ran)
    # A folder on the path of modules brings plugins, recipes and steps, too.
    entries = "".join(f"[breadknife.{kind}]\nevil = evil_plugin:Evil\n" for kind in ("plugins", "steps", "recipes"))
    _write(folder / "evil-1.0.dist-info" / "entry_points.txt", entries)
    _write(folder / "evil-1.0.dist-info" / "METADATA", "Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n")
    _module(folder, "evil_plugin", ran)
    _write(folder / ".git" / "HEAD", "ref: refs/heads/main\n")
    for name in ("objects", "refs/heads"):
        (folder / ".git" / name).mkdir(parents=True)
    for name, text in _files(program, hooks, folder).items():
        _write(folder / name, text)
    return folder


def path_of(environment: Mapping[str, str]) -> str:
    """Return a PATH on which the current folder comes first, in each way to write that."""
    return os.pathsep.join(("", ".", "./", environment.get("PATH", os.defpath)))


def _files(program: Path, hooks: Path, folder: Path) -> Mapping[str, str]:
    return {
        ".git/config": _GIT.format(program=program, hooks=hooks),
        ".gitattributes": "* filter=evil diff=evil\n",
        "gitconfig": f"[core]\n\tfsmonitor = {program}\n",
        ".envrc": f"{program}\n",
        ".exrc": f"!{program}\n",
        ".nvim.lua": f"os.execute('{program}')\n",
        ".dir-locals.el": f'((nil . ((eval . (call-process "{program}")))))\n',
        ".vscode/settings.json": f'{{"breadknife.command": ["{program}"]}}\n',
        "pyproject.toml": f'[build-system]\nrequires = []\nbuild-backend = "evil"\nbackend-path = ["."]\n'
        f'[tool.pyright]\nvenvPath = "."\nvenv = ".venv"\n[tool.ty.environment]\npython = ".venv"\n'
        f'[tool.mypy]\nplugins = ["evil_plugin"]\npython_executable = "{program}"\n',
        "breadknife.toml": _SETTINGS,
        "../refused/breadknife.toml": _REFUSED.format(program=program),
        "../refused/a.md": DOCUMENTS["b.md"],
        ".breadknife/recipes/evil.toml": _RECIPE.format(program=program),
        ".breadknife/config.toml": _REFUSED.format(program=program),
        ".breadknife/models.toml": f'[models.evil]\npath = "{program}"\n',
        "setup.cfg": "[mypy]\nplugins = evil_plugin\n",
        "setup.py": "import evil\n",
        "tox.ini": "[testenv]\ncommands = named-by-a-setting\n",
        "pyrightconfig.json": '{"venvPath": ".", "venv": ".venv"}\n',
        "package.json": f'{{"name": "a", "scripts": {{"preinstall": "{program}"}}, "bin": "{program}"}}\n',
        "tsconfig.json": '{"compilerOptions": {"plugins": [{"name": "./evil.js"}], "strict": true}}\n',
        "go.mod": "module d\n\ngo 1.22\ntoolchain ./evil\n",
        ".npmrc": f"script-shell={program}\nnode-options=--require ./evil.js\n",
        ".vale.ini": "StylesPath = styles\nMinAlertLevel = suggestion\n[*]\nBasedOnStyles = Evil\n",
        "styles/Evil/Evil.yml": "extends: script\nmessage: evil\nscript: |\n"
        f"  os := import('os')\n  os.exec('{program}')\n",
        "languagetool.cfg": f"fasttextBinary={program}\nrulesFile=./evil.xml\n",
        "server.properties": f"fasttextBinary={program}\n",
        ".mvn/jvm.config": "-javaagent:evil.jar\n",
        ".mvn/maven.config": "-f evil.xml\n",
        "pip.conf": "[global]\nindex-url = http://127.0.0.1:9/\n",
        "uv.toml": f'python-preference = "only-system"\n[pip]\npython = "{program}"\n',
        "CMakeLists.txt": f"execute_process(COMMAND {program})\n",
        "Makefile": f"all:\n\t{program}\n",
        "evil.js": f"require('child_process').execSync('{program}')\n",
        "python311._pth": f"{folder}\nimport site\n",
        "pyvenv.cfg": "home = .\n",
        "evil.gguf": "GGUF\n",
    }


def _module(folder: Path, name: str, ran: Path) -> None:
    _write(folder / f"{name}.py", _MODULE.format(ran=str(ran), name=f"{name}.py", folder=str(folder)))


def _program(path: Path, ran: Path) -> None:
    _write(path, _PROGRAM.format(name=path.name, ran=ran))
    path.chmod(0o755)
    if sys.platform == "win32":
        _write(path.with_suffix(".bat"), _BATCH.format(name=path.name, ran=ran))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("utf-8"))
