"""Writes an editor's settings into its file, and takes them out again.

What was inserted is recorded word for word in breadknife's state folder, so that undoing it removes exactly that.
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
    """What breadknife has written into an editor's file."""

    file: str
    text: str
    """What was inserted, with the file's own line ends."""
    is_new: bool
    """True if there was no file before."""
    left_out: tuple[str, ...] = ()
    """See `Insertion.left_out`."""


def write(editor: Editor, command: Command) -> Written:
    """Insert the settings into the editor's file, and record that. `command` starts the server.

    Raises SettingsError, with the file unchanged, if that can't be done.
    """
    if editor.place is None or editor.insertion is None:
        raise SettingsError(f"breadknife writes no settings for {editor.title}; see docs/editors/{editor.page}")
    file = editor.place()
    text = _read(file)
    records = _read_records()
    earlier = records.get(editor.name)
    if earlier is not None and earlier.file == str(file) and earlier.text in (text or ""):
        remedy = f"`breadknife setup {editor.name} --undo` takes them out"
        raise SettingsError(f"{file}: it has breadknife's settings already; {remedy}")
    try:
        insertion = editor.insertion(text or "", command)
    except SettingsError as error:
        raise SettingsError(f"{file}: {error}") from None
    ending = "\r\n" if "\r\n" in (text or "") else "\n"
    written = Written(str(file), insertion.text.replace("\n", ending), text is None, insertion.left_out)
    _save(file, (text or "")[: insertion.at] + written.text + (text or "")[insertion.at :])
    _write_records(records | {editor.name: written})
    return written


def undo(editor: Editor) -> Written:
    """Take out what was inserted, and return that. Raises SettingsError, with the file unchanged, if it isn't there any
    more."""
    records = _read_records()
    written = records.get(editor.name)
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
    _write_records({name: entry for name, entry in records.items() if name != editor.name})
    return written


def written_files() -> dict[str, Path]:
    """Return the files that have breadknife's settings, by the editors' names. Empty if the record can't be read."""
    try:
        return {name: Path(written.file) for name, written in _read_records().items()}
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


def _read_records() -> dict[str, Written]:
    """Return what was written for each editor, by its name. Raises SettingsError."""
    try:
        entries = json.loads(record().read_text("utf-8"))
        return {name: Written(entry["file"], entry["text"], entry["is_new"]) for name, entry in entries.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SettingsError(f"{record()}: it can't be read ({error}); remove it") from None


def _write_records(records: dict[str, Written]) -> None:
    entries = {name: asdict(written) for name, written in records.items()}
    paths.write_atomically(record(), json.dumps(entries, indent=2).encode("utf-8"))
