"""Which plugins look at a document, and in which process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from breadknife.cli.lint.wanted import Wanted
from breadknife.errors import SettingsError
from breadknife.host.host import Host
from breadknife.host.plugins.registry import may_be_spread
from breadknife.task.plugin import ANY_LANGUAGE
from breadknife.text.document import Document, language_of


def unasked(host: Host, wanted: Wanted) -> frozenset[str]:
    """Return the plugins that `--only` leaves out. Raises SettingsError for names of none."""
    checking = host.checked
    if wrong := sorted({*wanted.only} - {*checking}):
        raise SettingsError(f"--only {wrong[0]}: no such plugin checks files; there are {', '.join(sorted(checking))}")
    known = {id for name, ids in checking.items() if not wanted.only or name in wanted.only for id in ids}
    if wanted.language is not None and known.isdisjoint((wanted.language, ANY_LANGUAGE)):
        raise SettingsError(f"--language {wanted.language}: no plugin checks it; there are {', '.join(sorted(known))}")
    return frozenset({*checking} - {*wanted.only}) if wanted.only else frozenset()


@dataclass(frozen=True)
class Asked:
    """Names of plugins that are asked about one document."""

    spread: frozenset[str]
    """Those that any process may ask."""
    here: frozenset[str]
    """Those that this process alone asks, since they share something in it."""


def asked(host: Host, document: Document, root: Path) -> Asked:
    settings, names = host.settings_for(document, root), frozenset(host.checkers(document, root))
    plugins = (each for each in host.registry.plugins if each.name in names)
    spread = frozenset(each.name for each in plugins if may_be_spread(each, settings.plugins[each.name]))
    return Asked(spread, names - spread)


def why_unread(host: Host, wanted: Wanted, path: Path, document: Document, root: Path) -> str:
    """Why a file looks clean, and hasn't been looked at as what it is; "" where it has."""
    serving = {name for name, ids in host.checked.items() if not ids.isdisjoint((document.language, ANY_LANGUAGE))}
    asked = {*host.checkers(document, root)}
    is_guessed = wanted.language is None and path.suffix and language_of(path) is None
    if is_guessed or not serving:
        return f"nothing checks files of this kind{'; it is read as plain text' if asked else ''}"
    off = sorted(serving & {*wanted.only} if wanted.only else serving)
    if asked or not off:  # who asks one plugin alone knows which
        return ""
    return f"not checked: {' and '.join(off)} {'is' if len(off) == 1 else 'are'} off"
