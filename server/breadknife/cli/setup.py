"""`breadknife setup`: optional parts, fetched when asked for."""

from __future__ import annotations

from breadknife.cli.output import offline_by_settings, say
from breadknife.errors import DownloadFailed, SettingsError


def run(part: str, *, offline: bool) -> None:
    if part != "languagetool":
        raise SettingsError(f"there is nothing called {part!r} to set up; there is `languagetool`")
    from breadknife.plugins.prose.engines.jvm.setup import install, is_whole

    if (offline or offline_by_settings()) and not is_whole():
        raise DownloadFailed(
            "LanguageTool isn't here as it was released, and offline nothing is fetched: leave out `--offline`, or "
            "`offline = true` in config.toml"
        )
    say(f"LanguageTool is at {install(say)}")
