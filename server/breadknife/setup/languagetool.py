"""LanguageTool as a part: its Python client, its jars, and the Java that runs them."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass

from breadknife.cancel import CancelToken
from breadknife.engine.models.progress import ProgressAmount, PullProgress
from breadknife.errors import DownloadFailed
from breadknife.plugins.prose.engines.jvm.installed import VERSION, folder, java_obstacle, obstacle
from breadknife.setup.environment import installer, requirement
from breadknife.setup.languagetool_jars import BYTES, install, is_whole
from breadknife.setup.values import PartStatus, Skipped


@dataclass(frozen=True)
class LanguageToolPart:
    offline: bool = False

    name = "languagetool"
    title = "LanguageTool"
    purpose = "more rules for English prose, and 30 other languages; needs Java 17 and 0.4 GB of memory"
    lane = "languagetool"

    def status(self) -> PartStatus:
        if obstacle() is None:
            return PartStatus(True, str(folder()), BYTES)
        if reason := java_obstacle():
            return PartStatus(False, reason, BYTES, possible=False)
        return PartStatus(False, "not installed", BYTES)

    def set_up(self, report: Callable[[PullProgress], None], cancel: CancelToken) -> str:
        if reason := java_obstacle():
            raise Skipped(f"LanguageTool needs Java: {reason}")
        if obstacle() is None and is_whole():
            return f"LanguageTool {VERSION} is ready: {folder()}"
        if self.offline:
            raise DownloadFailed(
                "LanguageTool isn't here, and offline nothing is fetched: leave out `--offline`, "
                "or `offline = true` in config.toml"
            )
        importlib.invalidate_caches()  # another process may have installed the client since we started
        if importlib.util.find_spec("language_tool_python") is None:
            report(PullProgress("installing LanguageTool's client (GPL-3.0)", ProgressAmount(0.0)))
            installer().install(requirement("languagetool", "language-tool-python"), cancel=cancel)
            importlib.invalidate_caches()

        install(report, cancel)
        return f"LanguageTool {VERSION} is ready: {folder()}"
