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
    """Return the names of the plugins that `--only` leaves out.

    Raises SettingsError for a name in `--only` that no plugin has, and for a `--language` that no plugin checks.
    """
    languages_by_plugin = host.checked
    if unknown := sorted({*options.only} - {*languages_by_plugin}):
        names = ", ".join(sorted(languages_by_plugin))
        raise SettingsError(f"--only {unknown[0]}: no such plugin checks files; there are {names}")
    asked = options.only or languages_by_plugin
    languages = {language for name in asked for language in languages_by_plugin[name]}
    if options.language is not None and languages.isdisjoint((options.language, ANY_LANGUAGE)):
        raise SettingsError(
            f"--language {options.language}: no plugin checks it; there are {', '.join(sorted(languages))}"
        )
    return frozenset({*languages_by_plugin} - {*asked})


def split_plugins(host: Host, document: Document, root: Path) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names of the plugins that check a document, and of those among them that any process may ask. The
    others share something between documents, such as a program that they have started."""
    settings, names = host.settings_for(document, root), frozenset(host.checkers(document, root))
    plugins = (plugin for plugin in host.registry.plugins if plugin.name in names)
    return names, frozenset(plugin.name for plugin in plugins if may_be_spread(plugin, settings.plugins[plugin.name]))


def why_unread(host: Host, options: LintOptions, path: Path, document: Document, root: Path) -> str:
    """Return why a file that looks clean hasn't been checked as what it is; empty if it has."""
    able = {name for name, ids in host.checked.items() if not ids.isdisjoint((document.language, ANY_LANGUAGE))}
    asked = {*host.checkers(document, root)}
    is_unknown_kind = options.language is None and path.suffix and language_of(path) is None
    if is_unknown_kind or not able:
        return f"nothing checks files of this kind{'; it is read as plain text' if asked else ''}"
    off = sorted(able & {*options.only} if options.only else able)
    if asked or not off:  # with `--only` the user knows that the others aren't asked
        return ""
    return f"not checked: {' and '.join(off)} {'is' if len(off) == 1 else 'are'} off"
