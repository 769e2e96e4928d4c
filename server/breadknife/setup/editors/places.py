"""The paths of the files in which editors keep their users' settings."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from breadknife import paths
from breadknife.errors import SettingsError


def neovim() -> Path:
    """Return the path of init.lua. Raises SettingsError if there is an init.vim: Neovim reads only one of them."""
    folder = _xdg(os.environ.get("NVIM_APPNAME") or "nvim", windows="LOCALAPPDATA")
    if (folder / "init.vim").exists():
        raise SettingsError(
            f"{folder / 'init.vim'}: Neovim reads no init.lua beside it; "
            "put what `breadknife setup neovim` prints between `lua << EOF` and `EOF` there"
        )
    return folder / "init.lua"


def helix() -> Path:
    return _xdg("helix", windows="APPDATA") / "languages.toml"


def emacs() -> Path:
    """Return the first init file that exists, in the order in which Emacs looks for them."""
    home = Path.home()
    usual = home / ".emacs.d" / "init.el"
    return _first_there(home / ".emacs", usual, _xdg("emacs", windows="APPDATA") / "init.el", otherwise=usual)


def vim() -> Path:
    home = Path.home()
    usual, folder = ("_vimrc", "vimfiles") if sys.platform == "win32" else (".vimrc", ".vim")
    return _first_there(home / usual, home / folder / "vimrc", otherwise=home / usual)


def zed() -> Path:
    return _xdg("Zed" if sys.platform == "win32" else "zed", windows="APPDATA") / "settings.json"


def sublime() -> Path:
    if sys.platform == "darwin":
        folder = Path.home() / "Library" / "Application Support" / "Sublime Text"
    else:
        folder = _xdg("Sublime Text" if sys.platform == "win32" else "sublime-text", windows="APPDATA")
    return folder / "Packages" / "User" / "LSP.sublime-settings"


def kate() -> Path:
    """Return the file in Qt's `AppConfigLocation`."""
    if sys.platform == "darwin":
        folder = Path.home() / "Library" / "Preferences" / "kate"
    else:
        folder = _xdg("kate", windows="LOCALAPPDATA")
    return folder / "lspclient" / "settings.json"


def jetbrains() -> Path:
    """Return a folder of breadknife's own: LSP4IJ imports it."""
    return paths.data_dir() / "lsp4ij" / "template.json"


def _xdg(name: str, *, windows: str) -> Path:
    """Return a folder by the XDG rules; on Windows, one in the folder that the variable `windows` names."""
    if sys.platform == "win32":
        return _variable(windows) / name
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / name


def _variable(name: str) -> Path:
    return Path(os.environ.get(name) or Path.home())


def _first_there(*places: Path, otherwise: Path) -> Path:
    return next((place for place in places if place.exists()), otherwise)
