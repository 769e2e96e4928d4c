"""Which plugins look at a document, and in which process."""

from __future__ import annotations

from pathlib import Path

from breadknife.cli.lint.options import LintOptions
from breadknife.errors import SettingsError
from breadknife.host.host import Host
from breadknife.host.plugins.registry import may_be_spread
from breadknife.task.plugin import ANY_LANGUAGE
from breadknife.text.document import Document, language_of


def plugins_left_out(host: Host, options: LintOptions) -> frozenset[str]:
    """Return the plugins that `--only` leaves out. Raises SettingsError for names of none."""
    checking = host.checked
    if wrong := sorted({*options.only} - {*checking}):
        raise SettingsError(f"--only {wrong[0]}: no such plugin checks files; there are {', '.join(sorted(checking))}")
    known = {id for name, ids in checking.items() if not options.only or name in options.only for id in ids}
    if options.language is not None and known.isdisjoint((options.language, ANY_LANGUAGE)):
        raise SettingsError(f"--language {options.language}: no plugin checks it; there are {', '.join(sorted(known))}")
    return frozenset({*checking} - {*options.only}) if options.only else frozenset()


def split_plugins(host: Host, document: Document, root: Path) -> tuple[frozenset[str], frozenset[str]]:
    """Return the plugins that check a document: those that any process may ask, and those that this process alone asks,
    since they share something in it."""
    settings, names = host.settings_for(document, root), frozenset(host.checkers(document, root))
    plugins = (plugin for plugin in host.registry.plugins if plugin.name in names)
    anywhere = frozenset(plugin.name for plugin in plugins if may_be_spread(plugin, settings.plugins[plugin.name]))
    return anywhere, names - anywhere


def why_unread(host: Host, options: LintOptions, path: Path, document: Document, root: Path) -> str:
    """Return why a file looks clean, and hasn't been looked at as what it is; "" where it has."""
    serving = {name for name, ids in host.checked.items() if not ids.isdisjoint((document.language, ANY_LANGUAGE))}
    checkers = {*host.checkers(document, root)}
    is_guessed = options.language is None and path.suffix and language_of(path) is None
    if is_guessed or not serving:
        return f"nothing checks files of this kind{'; it is read as plain text' if checkers else ''}"
    off = sorted(serving & {*options.only} if options.only else serving)
    if checkers or not off:  # who asks one plugin alone knows which
        return ""
    return f"not checked: {' and '.join(off)} {'is' if len(off) == 1 else 'are'} off"
