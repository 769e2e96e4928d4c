"""What the host keeps for the session and uses for each request: engine, settings, receipts and so on."""

from __future__ import annotations

import itertools
import logging
import math
import os
import sys
import threading
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from breadknife.engine.api import Engine
from breadknife.engine.crashes import CrashLedger
from breadknife.engine.fim import QWEN, FimForm
from breadknife.engine.models.catalog import Catalog
from breadknife.engine.models.gguf import read_header
from breadknife.engine.models.store import ModelStore
from breadknife.engine.remote.runtime import split_model
from breadknife.errors import EngineMissing, ModelError, ModelMissing, ModelUnfit
from breadknife.host.incomplete import IncompleteChecks
from breadknife.host.kinds import KINDS, RequestKind
from breadknife.host.plugins.containment import Containment
from breadknife.host.plugins.pauses import Pauses
from breadknife.host.plugins.registry import Registry
from breadknife.host.progress import ProgressListener, Throttle
from breadknife.host.projects import Projects
from breadknife.host.receipts import Ledger, Receipt, ReceiptLog
from breadknife.host.resources import shared
from breadknife.host.settings import Settings
from breadknife.lru import LruCache
from breadknife.paths import state_dir, written_at
from breadknife.task.cascade import Verdict
from breadknife.task.plugin import ANY_LANGUAGE, Plugin
from breadknife.task.running import MEMOISED
from breadknife.task.values import CompletionRequest, InlayRequest, LensRequest, Request, document_of
from breadknife.text.document import Document, uri_to_path
from breadknife.text.syntax import SyntaxTree, TreeCache

log = logging.getLogger("breadknife.host")

REFRESHES, REFRESH_SECONDS = 30, 10.0
"""The most refreshes of one plugin and document in that time. More are a loop: the answer causes its own refresh. Each
document has its own limit, so that the refreshes of one don't use up another's."""
THROTTLES = 512
"""The newest throttles that are kept."""
GROWTHS = 200
"""The same limit for completions: fast typing makes ten requests a second, and each may grow."""
NOTICES = 20
"""The most notices of one plugin in a session."""


@dataclass
class Services:
    """What all requests of a session share. Safe to use from several threads."""

    registry: Registry
    engine: Engine
    catalog: Catalog
    settings: Settings = field(default_factory=Settings)
    """The settings if `settings_of` is None."""
    settings_of: Callable[[Path | None], Settings] | None = None
    """Returns the settings of a workspace folder. Called from several threads; must not raise."""
    on_refresh: Callable[[str, str], None] = lambda uri, plugin: None
    """Called with a document's URI and a plugin's name when the plugin's findings have changed."""
    on_growth: Callable[[Document], None] = lambda document: None
    """Called with a document, as it was asked about, when more of its completion is there."""
    on_hints: Callable[[type[Any]], None] = lambda kind: None
    """Called with LensRequest or InlayRequest when the lenses or inlays of a document have changed."""
    on_progress: ProgressListener = lambda message, fraction: None
    """Called with what plugins say of their progress, where the asker of a request doesn't say otherwise."""
    on_notice: Callable[[str], None] = lambda message: None
    """Called with a message for the user, each one once."""
    on_suggestion: Callable[[str], None] | None = None
    """Called in its place with a message about an optional part that isn't set up."""
    tells_missing: bool = True
    """True if a missing engine or model causes a notice. False if the editor itself offers to set it up."""
    ledger: Ledger = field(default_factory=Ledger)
    kinds: Mapping[type[Any], RequestKind] = field(default_factory=lambda: KINDS)
    memory: LruCache[Hashable, Verdict] = field(default_factory=lambda: LruCache(MEMOISED))
    """The verdicts of memoised steps of cascades."""
    containment: Containment = field(default_factory=Containment)
    projects: Projects = field(default_factory=Projects)
    loaded: set[tuple[str, type[Any], str]] = field(default_factory=set[tuple[str, type[Any], str]])
    """The plugins that have answered a kind of request about a document, by its URI: whatever they load or read for it
    is there."""
    incomplete: IncompleteChecks = field(default_factory=IncompleteChecks)
    finders: dict[str, str] = field(default_factory=dict[str, str])
    """The sources of findings in this session -> the plugin that has found them."""
    _trees: TreeCache = field(default_factory=TreeCache)
    _noticed: set[str] = field(default_factory=set[str])
    _missing: set[str] = field(default_factory=set[str])
    """The messages about missing engines and models, whether they were told or not."""
    _throttles: LruCache[tuple[str, str], Throttle] = field(default_factory=lambda: LruCache(THROTTLES))
    _late: Counter[str] = field(default_factory=Counter[str])
    """Plugin's name -> bytes that left the machine after the receipt of their request was written."""
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._receipt_log = ReceiptLog(state_dir() / "receipts.jsonl")
        self.pauses = Pauses(lambda name: self.registry.versions.get(name, ""))

    def notify(self, message: str, plugin: str = "", *, optional: bool = False) -> None:
        """Show the user a message, of `plugin` if there is one: once, and not too many of one plugin. An `optional` one
        is about a part that isn't set up."""
        with self._lock:
            is_new = message not in self._noticed and not any(missing in message for missing in self._missing)
            self._noticed.add(message)
        if is_new and (not plugin or self._throttle("notice", plugin, NOTICES, math.inf).allows()):
            (self.on_suggestion if optional and self.on_suggestion else self.on_notice)(message)

    def notify_missing(self, error: ModelMissing | EngineMissing) -> None:
        """Tell the user once of a missing model or engine, also if plugins say the same sooner or later."""
        missing = str(error) or "a model is missing"  # every message contains the empty one
        with self._lock:
            is_told = any(missing in message for message in self._noticed)
        if self.tells_missing and not is_told:
            self.notify(missing)
        with self._lock:
            self._missing.add(missing)

    def sent_late(self, plugin: str, count: int) -> None:
        """Count bytes that left the machine after the receipt of their request was written."""
        with self._lock:
            self._late[plugin] += count

    def take_late(self, plugin: str) -> int:
        """Return the bytes that were sent late and are in no receipt yet. The caller puts them into one."""
        with self._lock:
            return self._late.pop(plugin, 0)

    @property
    def bytes_sent(self) -> int:
        """Bytes that have left the machine: those in the receipts in memory, and those in no receipt yet."""
        with self._lock:
            late = self._late.total()
        return late + sum(receipt.bytes_sent for receipt in self.ledger.newest(limit=sys.maxsize))

    def record(self, receipt: Receipt) -> None:
        """Keep a receipt in memory, and in a file if the user's settings say so."""
        self.ledger.add(receipt)
        if self.settings.keep_receipts:
            self._receipt_log(receipt)

    def refresh(self, plugin: str, document: Document, kind: type[Any]) -> None:
        """Report that a plugin's answer to a request of that kind has changed, unless it does so without end."""
        is_growth = kind is CompletionRequest
        most = GROWTHS if is_growth else REFRESHES
        what = f"refresh {kind.__name__} {document.uri}"
        if not self._throttle(what, plugin, most, REFRESH_SECONDS).allows():
            log.warning("plugin %s asks for refreshes without end: left out", plugin)
        elif is_growth:
            self.on_growth(document)
        elif kind in (LensRequest, InlayRequest):
            self.on_hints(kind)
        else:
            self.on_refresh(document.uri, plugin)

    def serving(self, request: Request) -> Iterator[Plugin]:
        """Yield the plugins that serve such a request, in the order of their names."""
        document = document_of(request)
        for plugin in self.registry.plugins:
            languages = plugin.serves.get(type(request))
            if languages is not None and (
                document is None or ANY_LANGUAGE in languages or document.language in languages
            ):
                yield plugin

    def may_show(self, uri: str, root: Path | None, plugin: Plugin) -> bool:
        """Tell whether a plugin may have the editor show what is at a URI: a file of the workspace folder, a document
        that is open, or a file that the user has given to the plugin."""
        uri = uri.partition("#")[0]
        if self.projects.is_open(uri):
            return True
        if not uri.startswith("file:"):
            return False
        if root is not None and shared(uri, root) is not None:
            return True
        may_open: Callable[[Path], bool] | None = getattr(plugin, "may_open", None)
        path = uri_to_path(uri)
        return may_open is not None and path is not None and may_open(path)

    def tree(self, document: Document) -> SyntaxTree | None:
        """Return a document's syntax tree; None without a grammar."""
        return self._trees.tree(document)

    def settings_for(self, document: Document | None, root: Path | None) -> Settings:
        """Return the settings for a document, or for the whole folder if it is None."""
        settings = self.settings_of(root) if self.settings_of else self.settings
        return settings.for_document(document, root) if document else settings

    def model_name(self, role: str, settings: Settings | None = None) -> str:
        """Return the name of the model that has a role, in the settings or else in the catalog."""
        return (settings or self.settings).models.get(role) or self.catalog.for_role(role).name

    def model_digest(self, name: str) -> str:
        """See `breadknife.task.plugin.Model.digest`. Raises UnknownModel."""
        build = "" if split_model(name) else self.engine.build()
        return f"{self.catalog.model(name).sha256} {build}" if build else ""

    def model_state(self, role: str, settings: Settings) -> str:
        """Return what tells of the model that has a role whether it answers, and from models that answer otherwise."""
        name = self.model_name(role, settings)
        try:
            path = None if split_model(name) else ModelStore().find(self.catalog.model(name))
            is_set_aside = name in CrashLedger(state_dir()).set_aside()
            return repr((name, self.model_digest(name), path and written_at(path), is_set_aside))
        except ModelError as error:
            return str(error)

    def fim_form(self, name: str) -> FimForm:
        """Return the form of a model's prompts for what is missing in the middle: what its file says. One of another
        runtime has Qwen's, which is translated; so has one whose file isn't here, since asking it says that.

        Raises ModelUnfit if it can't fill in."""
        try:
            path = None if split_model(name) else ModelStore().find(self.catalog.model(name))
            form = read_header(path).fim if path else QWEN
        except ModelError:
            return QWEN
        if form is None:
            raise ModelUnfit(
                f"{name} has no control tokens for filling in the middle, so it can't complete code; give the role "
                "`completion` to a code model (`breadknife models list`)"
            )
        return form

    def next_id(self) -> str:
        """Return the id of a new receipt."""
        return f"{os.getpid()}-{next(self._numbers)}"

    def _throttle(self, what: str, plugin: str, most: int, seconds: float) -> Throttle:
        return self._throttles.get_or_add((what, plugin), lambda: Throttle(most, seconds))
