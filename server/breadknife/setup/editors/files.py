"""Writes an editor's settings into its file, and takes them out again.

What was inserted is remembered word for word, in breadknife's state folder: undoing it takes exactly that out.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from breadknife import paths
from breadknife.errors import SettingsError
from breadknife.setup.editors.values import Command, Editor


@dataclass(frozen=True)
class Written:
    file: str
    text: str
    """What was inserted, as it stands there."""
    is_new: bool
    """True if there was no file before."""
    left_out: tuple[str, ...] = ()


def write(editor: Editor, command: Command) -> Written:
    """Insert the settings. Raises SettingsError, with the file unchanged, where that can't be done."""
    if editor.place is None or editor.insertion is None:
        raise SettingsError(f"breadknife writes no settings for {editor.title}; see docs/editors/{editor.page}")
    file = editor.place()
    text = _read(file)
    known = _remembered()
    before = known.get(editor.name)
    if before is not None and before.file == str(file) and before.text in (text or ""):
        remedy = f"`breadknife setup {editor.name} --undo` takes them out"
        raise SettingsError(f"{file}: it has breadknife's settings already; {remedy}")
    try:
        insertion = editor.insertion(text or "", command)
    except SettingsError as error:
        raise SettingsError(f"{file}: {error}") from None
    ending = "\r\n" if "\r\n" in (text or "") else "\n"
    written = Written(str(file), insertion.text.replace("\n", ending), text is None, insertion.left_out)
    _save(file, (text or "")[: insertion.at] + written.text + (text or "")[insertion.at :])
    _remember(known | {editor.name: written})
    return written


def undo(editor: Editor) -> Written:
    """Take out what was inserted. Raises SettingsError, with the file unchanged, where it isn't there any more."""
    known = _remembered()
    written = known.get(editor.name)
    if written is None:
        raise SettingsError(f"breadknife has written no settings for {editor.title}, so there is nothing to undo")
    file = Path(written.file)
    text = _read(file) or ""
    if text.count(written.text) != 1:
        raise SettingsError(
            f"{file}: what breadknife wrote there has been changed; take the lines about breadknife out yourself"
        )
    rest = text.replace(written.text, "")
    if written.is_new and not rest.strip():
        file.unlink()
    else:
        _save(file, rest)
    _remember({name: entry for name, entry in known.items() if name != editor.name})
    return written


def written_files() -> dict[str, Path]:
    """Return the files that have breadknife's settings, by editor; none if what was written is forgotten."""
    try:
        return {name: Path(written.file) for name, written in _remembered().items()}
    except SettingsError:
        return {}


def _read(file: Path) -> str | None:
    """Return a file's text; None where there is no file. Raises SettingsError."""
    try:
        return file.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise SettingsError(f"{file}: it isn't UTF-8, so breadknife doesn't change it") from None
    except OSError as error:
        raise SettingsError(f"{file}: {error.strerror or error}") from None


def _save(file: Path, text: str) -> None:
    try:
        paths.write_for_user(file, text.encode("utf-8"))
    except OSError as error:
        raise SettingsError(f"{file}: {error.strerror or error}") from None


def record() -> Path:
    """Return the file that says what was written where."""
    return paths.state_dir() / "editors.json"


def _remembered() -> dict[str, Written]:
    try:
        held = json.loads(record().read_text("utf-8"))
        return {name: Written(entry["file"], entry["text"], entry["is_new"]) for name, entry in held.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SettingsError(f"{record()}: it can't be read ({error}); remove it") from None


def _remember(known: dict[str, Written]) -> None:
    held = {name: asdict(written) for name, written in known.items()}
    paths.write_atomically(record(), json.dumps(held, indent=2).encode("utf-8"))
