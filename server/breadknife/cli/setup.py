"""`breadknife setup`: optional parts, fetched when asked for."""

from __future__ import annotations

from breadknife.cli.output import offline_by_settings, say
from breadknife.errors import DownloadFailed, SettingsError


def run(part: str, *, offline: bool) -> None:
    if part != "languagetool":
        raise SettingsError(f"there is nothing called {part!r} to set up; there is `languagetool`")
    from breadknife.plugins.prose.engines.languagetool import server_jar
    from breadknife.plugins.prose.engines.languagetool_setup import install

    if (offline or offline_by_settings()) and server_jar() is None:
        raise DownloadFailed(
            "LanguageTool isn't here, and offline nothing is fetched: leave out `--offline`, "
            "or `offline = true` in config.toml"
        )
    say(f"LanguageTool is at {install(say)}")
