"""The file of a workspace folder that keeps the findings which nobody wants to hear of: a line for each, sorted.

`.breadknife/baseline.txt`: path, rule, symbol, text, and what stands before and behind it, with tabs between. The same
finding twice is the same line twice, so that two branches change no number. Git keeps both sides' lines.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from breadknife.cli.baseline.entries import Entry
from breadknife.disk.inside import resolve_inside
from breadknife.disk.reading import read_regular
from breadknife.errors import FileRefused, SettingsError
from breadknife.paths import write_for_user

_FOLDER, _NAME = ".breadknife", "baseline.txt"
_HEAD = "# breadknife baseline 1: `breadknife baseline` writes this file, see docs/lint.md\n"
_VERSION = re.compile(r"# breadknife baseline (\d+)\b")
_LARGEST = 64 << 20
_MERGED = f"{_NAME} merge=union\n"
_CONFLICT = re.compile(r"<{7} |={7}$|>{7} |\|{7} ")
_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_UNESCAPES = {escape[1]: char for char, escape in _ESCAPES.items()}


def baseline_path(root: Path) -> Path:
    """Return where a workspace folder's baseline is, or would be."""
    return root / _FOLDER / _NAME


def read_baseline(root: Path) -> Sequence[Entry] | None:
    """Return what a workspace folder's baseline keeps; None if it has none.

    Raises SettingsError for a file that isn't a baseline of this version, with the line that is wrong.
    """
    path = baseline_path(root)
    try:
        lines = read_regular(path, _LARGEST, root).decode().removeprefix("\ufeff").split("\n")
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path}: it can't be read ({error}); `breadknife baseline` writes it anew") from error
    lines = [line.removesuffix("\r") for line in lines]
    if not ((match := _VERSION.match(lines[0])) and match[1] == "1"):
        raise SettingsError(f"{path}: not a baseline of this version; delete it, and run `breadknife baseline`")
    return [_entry(path, number, line) for number, line in enumerate(lines, 1) if line and not line.startswith("#")]


def write_baseline(root: Path, entries: Iterable[Entry]) -> None:
    """Write a workspace folder's baseline. Raises OSError, also where it or its folder is a link: a cloned one may lead
    to any file of the user's."""
    path = baseline_path(root)
    attributes = path.with_name(".gitattributes")
    for file in (path, attributes):
        if resolve_inside(file, root) != os.path.join(os.path.realpath(root), _FOLDER, file.name):
            raise FileRefused(f"{file}: it or its folder is a link; replace the link with a file in the project")
    _make_mergeable(attributes, root)
    write_for_user(path, (_HEAD + "".join(sorted(map(_line, entries)))).encode("utf-8", "surrogatepass"))


def _line(entry: Entry) -> str:
    fields = (entry.path, entry.rule, entry.symbol, entry.text, entry.before, entry.behind)
    return "\t".join(re.sub(r"[\\\t\n\r]", lambda match: _ESCAPES[match[0]], field) for field in fields) + "\n"


def _entry(path: Path, number: int, line: str) -> Entry:
    if _CONFLICT.match(line):
        raise SettingsError(f"{path}:{number}: a conflict of git; keep the lines of both sides")
    fields = [re.sub(r"\\([\\tnr])", lambda match: _UNESCAPES[match[1]], field) for field in line.split("\t")]
    if len(fields) != 6:
        raise SettingsError(f"{path}:{number}: not a line of a baseline; delete it, and run `breadknife baseline`")
    return Entry(*fields)


def _make_mergeable(attributes: Path, root: Path) -> None:
    """Tell git to keep both sides' lines."""
    try:
        known = read_regular(attributes, _LARGEST, root)
    except FileNotFoundError:
        known = b""
    if _NAME.encode() not in known:
        write_for_user(attributes, known + (b"" if not known or known.endswith(b"\n") else b"\n") + _MERGED.encode())
