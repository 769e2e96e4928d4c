"""What the host keeps for the whole session, and what answering a request needs of it: engine, settings, receipts."""

from __future__ import annotations

import itertools
import logging
import math
import os
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from breadknife.engine.api import Engine
from breadknife.engine.models.catalog import Catalog
from breadknife.engine.runtimes import split_model
from breadknife.errors import EngineMissing, ModelMissing
from breadknife.host.containment import Containment
from breadknife.host.kinds import KINDS, RequestKind
from breadknife.host.pauses import Pauses
from breadknife.host.projects import Projects
from breadknife.host.receipts import KeptReceipts, Ledger, Receipt
from breadknife.host.registry import Registry
from breadknife.host.resources import shared
from breadknife.host.settings import Settings
from breadknife.host.telling import Tell
from breadknife.host.throttle import Throttle
from breadknife.paths import state_dir
from breadknife.task.plugin import ANY_LANGUAGE, Plugin
from breadknife.task.running import Memory
from breadknife.task.values import CompletionRequest, InlayRequest, LensRequest, Request, document_of
from breadknife.text.document import Document
from breadknife.text.syntax import SyntaxTree, TreeCache

log = logging.getLogger("breadknife.host")

REFRESHES, REFRESH_SECONDS = 30, 10.0
"""More refreshes of one plugin in that time are an answer that asks for itself again."""
GROWTHS = 200
"""The same for completions: someone who types fast makes ten requests a second, and each may grow."""
NOTICES = 20
"""Of one plugin in one session."""


@dataclass
class Services:
    """Safe to use from several threads."""

    registry: Registry
    engine: Engine
    catalog: Catalog
    settings: Settings = field(default_factory=Settings)
    """Where `settings_of` doesn't say otherwise."""
    settings_of: Callable[[Path | None], Settings] | None = None
    """The settings of a workspace folder, where each has its own. Called from several threads; doesn't raise."""
    on_refresh: Callable[[str, str], None] = lambda uri, plugin: None
    """Called with a document's URI and a plugin's name when that one's findings would be different now."""
    on_growth: Callable[[Document], None] = lambda document: None
    """Called with a document, as it was asked about, when more of its completion is there."""
    on_hints: Callable[[type[Any]], None] = lambda kind: None
    """Called with LensRequest or InlayRequest when those of a document would be others now."""
    on_progress: Tell = lambda message, fraction: None
    """Called with what plugins say of their progress, where the asker of a request doesn't say otherwise."""
    on_notice: Callable[[str], None] = lambda message: None
    """Called with what the user should read, each message once."""
    tells_missing: bool = True
    """Whether a missing engine or model is such a message. An editor may offer to fetch it by itself."""
    ledger: Ledger = field(default_factory=Ledger)
    kinds: Mapping[type[Any], RequestKind] = field(default_factory=lambda: KINDS)
    memory: Memory = field(default_factory=Memory)
    """What memoised steps of cascades have said."""
    containment: Containment = field(default_factory=Containment)
    projects: Projects = field(default_factory=Projects)
    _trees: TreeCache = field(default_factory=TreeCache)
    _noticed: set[str] = field(default_factory=set[str])
    _throttles: dict[tuple[str, str], Throttle] = field(default_factory=dict[tuple[str, str], Throttle])
    _late: Counter[str] = field(default_factory=Counter[str])
    """Plugin's name -> bytes that left the machine after the receipt of what they were for."""
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._kept = KeptReceipts(state_dir() / "receipts.jsonl")
        self.pauses = Pauses(lambda name: self.registry.versions.get(name, ""))

    def notify(self, message: str, plugin: str = "") -> None:
        with self._lock:
            new = message not in self._noticed
            self._noticed.add(message)
        if new and (not plugin or self._throttle("notice", plugin, NOTICES, math.inf).allows()):
            self.on_notice(message)

    def notify_missing(self, error: ModelMissing | EngineMissing) -> None:
        if self.tells_missing:
            self.notify(str(error))

    def sent_late(self, plugin: str, count: int) -> None:
        with self._lock:
            self._late[plugin] += count

    def take_late(self, plugin: str) -> int:
        """What was sent late and isn't told yet; it counts as told."""
        with self._lock:
            return self._late.pop(plugin, 0)

    @property
    def bytes_sent(self) -> int:
        """That have left the machine, as far as receipts are kept, and those that no receipt tells yet."""
        with self._lock:
            late = self._late.total()
        return late + sum(receipt.bytes_sent for receipt in self.ledger.newest(limit=sys.maxsize))

    def record(self, receipt: Receipt) -> None:
        self.ledger.add(receipt)
        if self.settings.keep_receipts:
            self._kept(receipt)

    def refresh(self, plugin: str, document: Document, kind: type[Any]) -> None:
        """A request of that kind would be answered differently now."""
        grown = kind is CompletionRequest
        most = GROWTHS if grown else REFRESHES
        if not self._throttle(f"refresh {kind.__name__}", plugin, most, REFRESH_SECONDS).allows():
            log.warning("plugin %s asks for refreshes without end: left out", plugin)
        elif grown:
            self.on_growth(document)
        elif kind in (LensRequest, InlayRequest):
            self.on_hints(kind)
        else:
            self.on_refresh(document.uri, plugin)

    def serving(self, request: Request) -> Iterator[Plugin]:
        """The plugins that serve such a request, in the order of their names."""
        document = document_of(request)
        for plugin in self.registry.plugins:
            languages = plugin.serves.get(type(request))
            if languages is not None and (
                document is None or ANY_LANGUAGE in languages or document.language in languages
            ):
                yield plugin

    def may_show(self, uri: str, root: Path | None) -> bool:
        """Whether a plugin may have the editor show what is there: a file of the workspace folder, or what is open."""
        if self.projects.is_open(uri):
            return True
        return uri.startswith("file:") and root is not None and shared(uri, root) is not None

    def tree(self, document: Document) -> SyntaxTree | None:
        return self._trees.tree(document)

    def settings_for(self, document: Document | None, root: Path | None) -> Settings:
        """Those of a document, or of the whole folder."""
        settings = self.settings_of(root) if self.settings_of else self.settings
        return settings.for_document(document, root) if document else settings

    def model_name(self, role: str, settings: Settings | None = None) -> str:
        """The catalog name of the model that the settings, or else the catalog, give to a role."""
        return (settings or self.settings).models.get(role) or self.catalog.for_role(role).name

    def model_digest(self, name: str) -> str:
        """See `breadknife.task.plugin.Model.digest`. Raises UnknownModel."""
        build = "" if split_model(name) else self.engine.build()
        return f"{self.catalog.model(name).sha256} {build}" if build else ""

    def next_id(self) -> str:
        """For a receipt."""
        return f"{os.getpid()}-{next(self._numbers)}"

    def _throttle(self, what: str, plugin: str, most: int, seconds: float) -> Throttle:
        with self._lock:
            return self._throttles.setdefault((what, plugin), Throttle(most, seconds))
