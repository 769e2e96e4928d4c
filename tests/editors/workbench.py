"""What the tests of all editors share: where the editors are, and a `breadknife` that says what a script tells it."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
import zipfile
from pathlib import Path

import platformdirs
import pytest

START = "from breadknife.cli.main import app; app()"

MAYBE_NONE = 'import yaml\n\nline = "abc"\nm = yaml.safe_load(line)\nprint(m.keys())\n'
"""A Python file with one missing check, on its last line."""


def editor(name: str) -> Path:
    """An editor's program. Where it is missing the test is skipped; where `CI` is set, it fails."""
    default = platformdirs.user_cache_path("breadknife-dev", appauthor=False) / "editors"
    folder = Path(os.environ.get("BREADKNIFE_EDITORS", default))
    found = shutil.which(
        name, path=os.pathsep.join([str(folder), str(Path(sys.executable).parent), os.environ["PATH"]])
    )
    if found:
        return Path(found)
    reason = f"{name} is neither in {folder} nor on the path: `make editors` installs what the editor tests need"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def scripted_breadknife(folder: Path, says: dict[str, str]) -> dict[str, str]:
    """The environment in which `breadknife serve` is the real server with an engine of our choice.

    The engine says `says[text]` when it sees `text` before the cursor. So the configurations in `docs/` are tested
    word for word.
    """
    (folder / "bin").mkdir()
    script = folder / "engine.json"
    script.write_text(json.dumps([{"when": when, "say": say} for when, say in says.items()]), "utf-8")
    python, quoted_script = shlex.quote(sys.executable), shlex.quote(str(script))
    program = folder / "bin" / "breadknife"
    program.write_text(
        "#!/bin/sh\n"
        f'[ "$1" = serve ] && set -- "$@" --engine-script {quoted_script}\n'
        f'exec {python} -c {shlex.quote(START)} "$@"\n'
    )
    program.chmod(0o755)
    home = folder / "home"
    home.mkdir()
    return os.environ | {
        "PATH": os.pathsep.join([str(program.parent), os.environ["PATH"]]),
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "XDG_DATA_HOME": str(home / ".local" / "share"),
        "XDG_STATE_HOME": str(home / ".local" / "state"),
        "BREADKNIFE_HOME": str(folder / "breadknife"),
    }


def without_breadknife(folder: Path, environment: dict[str, str]) -> tuple[dict[str, str], Path]:
    """The same environment of a machine that has no `breadknife` yet, and where the program is."""
    program = folder / "elsewhere" / "breadknife"
    program.parent.mkdir()
    (folder / "bin" / "breadknife").rename(program)
    places = environment["PATH"].split(os.pathsep)
    path = os.pathsep.join(place for place in places if not (Path(place) / "breadknife").exists())
    return environment | {"PATH": path}, program


def with_setup(program: Path, script: Path) -> Path:
    """A program beside this one: `setup` is what the Python script does, all else is as before."""
    both = program.with_name("breadknife-and-setup")
    python, first, second = (shlex.quote(str(each)) for each in (sys.executable, script, program))
    both.write_text(f'#!/bin/sh\n[ "$1" = setup ] && exec {python} {first} "$@"\nexec {second} "$@"\n')
    both.chmod(0o755)
    return both


def make_wheel(folder: Path, version: str, program: Path) -> None:
    """A wheel of `breadknife` that needs nothing and starts `program`."""
    folder.mkdir()
    info = f"breadknife-{version}.dist-info"
    start = f"import os, sys\n\n\ndef main():\n    os.execv({str(program)!r}, [{str(program)!r}, *sys.argv[1:]])\n"
    files = {
        "stand_in.py": start,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: breadknife\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: a test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": "[console_scripts]\nbreadknife = stand_in:main\n",
    }
    record = f"{info}/RECORD"
    with zipfile.ZipFile(folder / f"breadknife-{version}-py3-none-any.whl", "w") as wheel:
        for name, text in files.items():
            wheel.writestr(name, text)
        wheel.writestr(record, "".join(f"{name},,\n" for name in [*files, record]))


def project(folder: Path, name: str, text: str) -> Path:
    """A workspace with one file; the path of the file."""
    root = folder / "project"
    (root / ".git").mkdir(parents=True)
    file = root / name
    file.write_text(text, "utf-8")
    return file


def chosen_fix(folder: Path) -> dict[str, str]:
    """Which fix of null was chosen for which name in the one project: editors tell it once the edit is made."""
    file = folder / "breadknife" / "state" / "null-fixes.json"
    return next(iter(json.loads(file.read_text("utf-8")).values())) if file.exists() else {}


def fenced(page: str, language: str, index: int = 0) -> str:
    """A code block of a language on a page of `docs/`; the first, unless `index` says otherwise."""
    text = (Path(__file__).parents[2] / "docs" / page).read_text("utf-8")
    return text.split(f"```{language}\n")[index + 1].split("```", 1)[0]
